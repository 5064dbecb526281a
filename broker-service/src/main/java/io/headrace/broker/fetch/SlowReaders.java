package io.headrace.broker.fetch;

import io.headrace.model.telemetry.Trouble;
import io.headrace.model.telemetry.Troubles;
import io.netty.channel.ChannelHandler;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clients that do not take their answers: each is counted and noted as a trouble, and after a while
 * its connection is closed, for it holds an answer in memory and a segment open. A consumer that
 * works on the records of one answer while the next one waits is none of them, until it is closed.
 *
 * <p>Any thread.
 */
public final class SlowReaders {

    private static final Logger LOG = LoggerFactory.getLogger(SlowReaders.class);

    /**
     * @param window in which an answer that waits must make progress
     * @param bytesPerSecondMin so much, on average over the window
     * @param closeAfter how long a client may be slower, at a stretch, also one that works
     */
    public record Settings(Duration window, long bytesPerSecondMin, Duration closeAfter) {

        long bytesMin() {
            return bytesPerSecondMin * window.toMillis() / 1000;
        }
    }

    private final Settings settings;
    private final Troubles troubles;
    private final LongAdder count = new LongAdder();
    private final LongAdder closed = new LongAdder();

    public SlowReaders(Settings settings, Troubles troubles) {
        this.settings = settings;
        this.troubles = troubles;
    }

    /** Watches one connection; belongs at the head of its pipeline, where bytes go out. */
    public ChannelHandler watcher() {
        return new AnswerWatch(this);
    }

    Settings settings() {
        return settings;
    }

    /** How often a connection became slow. */
    public long count() {
        return count.sum();
    }

    /** Connections that were closed for it. */
    public long closed() {
        return closed.sum();
    }

    /**
     * @param isNew whether it was not slow in the window before, or was not noted as such
     * @param left bytes that still wait
     */
    void slow(@Nullable SocketAddress remote, boolean isNew, long left) {
        if (isNew) {
            count.increment();
        }
        troubles.note(
                Trouble.SLOW_READER,
                () ->
                        "the client at "
                                + remote
                                + " took fewer than "
                                + settings.bytesMin()
                                + " bytes of its answer in "
                                + settings.window().toMillis()
                                + " ms, "
                                + left
                                + " bytes wait");
    }

    void closed(@Nullable SocketAddress remote) {
        closed.increment();
        LOG.atInfo()
                .addKeyValue("remote", remote)
                .log(
                        "A connection is closed: its client has not taken its answer for {}",
                        settings.closeAfter());
    }
}
