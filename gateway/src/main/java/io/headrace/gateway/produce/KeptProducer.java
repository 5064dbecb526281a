package io.headrace.gateway.produce;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One producer that everybody shares, made in the background when it is first asked for, and made
 * again when it is broken or when none of the brokers that it began with lives any more.
 *
 * <p>A producer that is replaced finishes what it was given, within the close timeout. Bounds: one
 * producer is made at a time, and after a failure none for {@link #PAUSE}. Any thread; no call
 * blocks but {@link #close}.
 */
final class KeptProducer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KeptProducer.class);
    private static final Duration PAUSE = Duration.ofMillis(500);

    private record Made(Producer<byte[], byte[]> producer, List<String> bootstrap) {}

    private final Supplier<List<String>> liveBrokers;
    private final Function<List<String>, Producer<byte[], byte[]>> maker;
    private final Executor background;
    private final Duration closeTimeout;
    private final AtomicReference<@Nullable Made> made = new AtomicReference<>();
    private final AtomicBoolean isBeingMade = new AtomicBoolean();
    private volatile long notBeforeNanos = System.nanoTime();
    private volatile boolean isClosed;

    /**
     * @param liveBrokers {@code host:port} of each; may be empty
     * @param maker of a producer that begins with these brokers; may block
     * @param background where producers are made and closed
     * @param closeTimeout how long a closing producer may take to finish
     */
    KeptProducer(
            Supplier<List<String>> liveBrokers,
            Function<List<String>, Producer<byte[], byte[]>> maker,
            Executor background,
            Duration closeTimeout) {
        this.liveBrokers = liveBrokers;
        this.maker = maker;
        this.background = background;
        this.closeTimeout = closeTimeout;
    }

    /** The producer; null if there is none yet, and then one is made if a broker is known. */
    @Nullable Producer<byte[], byte[]> current() {
        Made is = made.get();
        if (is != null) {
            return is.producer();
        }
        boolean isTooEarly = System.nanoTime() - notBeforeNanos < 0;
        if (!isClosed && !isTooEarly && isBeingMade.compareAndSet(false, true)) {
            background.execute(this::make);
        }
        return null;
    }

    private void make() {
        try {
            List<String> bootstrap = liveBrokers.get();
            if (!bootstrap.isEmpty() && made.get() == null) {
                made.set(new Made(maker.apply(bootstrap), bootstrap));
            }
        } catch (RuntimeException e) {
            notBeforeNanos = System.nanoTime() + PAUSE.toNanos();
            LOG.atWarn().setCause(e).log("No producer could be made; the next try comes soon");
        } finally {
            isBeingMade.set(false);
        }
        if (isClosed) {
            close();
        }
    }

    /** Lets a broken producer go; does nothing if it is not the current one. */
    void retire(Producer<byte[], byte[]> broken) {
        Made is = made.get();
        if (is != null && is.producer().equals(broken) && made.compareAndSet(is, null)) {
            LOG.atWarn().log("The producer is broken; another one takes its place");
            background.execute(() -> broken.close(closeTimeout));
        }
    }

    /** Lets the producer go if brokers live, but none that it began with. */
    void brokersChanged() {
        Made is = made.get();
        List<String> live = liveBrokers.get();
        if (is != null
                && !live.isEmpty()
                && Collections.disjoint(is.bootstrap(), live)
                && made.compareAndSet(is, null)) {
            LOG.atInfo().log("The brokers moved; another producer takes over");
            background.execute(() -> is.producer().close(closeTimeout));
        }
    }

    /** The producer if there is one; none is made. */
    @Nullable Producer<byte[], byte[]> ifMade() {
        Made is = made.get();
        return is == null ? null : is.producer();
    }

    /** Waits until the records that were handed over have their fate, within the close timeout. */
    @Override
    public void close() {
        isClosed = true;
        Made is = made.getAndSet(null);
        if (is != null) {
            is.producer().close(closeTimeout);
        }
    }
}
