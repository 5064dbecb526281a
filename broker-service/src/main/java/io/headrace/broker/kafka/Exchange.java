package io.headrace.broker.kafka;

import io.headrace.broker.quota.Throttle;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and the answer to it.
 *
 * <p>Owner: whoever handles it. Every buffer in the parsed request stays valid until the answer; a
 * request without any gives its frame back as soon as it was handed over, so that one that waits
 * holds no memory of the listener. Answering hops to the connection's event loop if need be.
 *
 * <p>Errors: whatever goes wrong on the way to an answer ends in {@link #fail}, so that nobody
 * waits for ever: work on other threads is run by {@link #guarded}, and what becomes of a future is
 * passed on by {@link #answerWhen}. The body is kept for that while it has {@value
 * #BODY_KEPT_BYTES_MAX} bytes at most, or lies in the frame; a larger one that fails after it was
 * handed over ends the connection.
 */
public final class Exchange {

    private static final int BODY_KEPT_BYTES_MAX = 64 << 10;
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    /**
     * Told when the connection ends before the answer, on its event loop; must not answer after
     * that.
     */
    public interface Abandoned {
        void abandoned();
    }

    private final KafkaConnection connection;
    private final ApiKeys key;
    private final RequestHeaderData header;
    private @Nullable ApiMessage body;
    private final AtomicReference<@Nullable ByteBuf> frame;
    private final int size;
    private final long startNanos = System.nanoTime();
    private final AtomicBoolean answered = new AtomicBoolean();
    private @Nullable Abandoned abandoned;
    private @Nullable Runnable followed;
    private String kind;
    private boolean isOfBroker;
    private int pauseMs;

    Exchange(KafkaConnection connection, Requests.Parsed parsed, ByteBuf frame) {
        this.connection = connection;
        this.key = parsed.key();
        this.kind = key.name;
        this.header = parsed.header();
        this.body = parsed.body();
        this.frame = new AtomicReference<>(frame);
        this.size = frame.readableBytes();
    }

    public ApiKeys key() {
        return key;
    }

    /** What metrics count it as, where Kafka tells more than one kind; before the answer. */
    public void isOfKind(String name) {
        kind = name;
    }

    /** Replication has limits of its own: these requests count for no client's. */
    public void isOfBroker() {
        isOfBroker = true;
    }

    /**
     * Counts what the request costs beside being one; the answer carries the longest pause. Before
     * the answer, and before what costs it is begun.
     */
    public void uses(Throttle.Kind use, long amount) {
        pauseMs = Math.max(pauseMs, connection.pauseMs(clientId(), use, amount));
    }

    /** What the client is asked to pause for all that this request was. */
    int pauseMs() {
        if (isOfBroker) {
            return 0;
        }
        uses(Throttle.Kind.REQUESTS, 1);
        return pauseMs;
    }

    String kind() {
        return kind;
    }

    long startNanos() {
        return startNanos;
    }

    public short version() {
        return header.requestApiVersion();
    }

    /** Empty when the client gives none. */
    public String clientId() {
        String id = header.clientId();
        return id == null ? "" : id;
    }

    public Client client() {
        return connection.client();
    }

    public EventLoop loop() {
        return connection.loop();
    }

    /** Size of the request in bytes. */
    public int size() {
        return size;
    }

    int correlationId() {
        return header.correlationId();
    }

    /** The frame, for the first who asks. */
    @Nullable ByteBuf takeFrame() {
        return frame.getAndSet(null);
    }

    /** The request was handed over, and needs the frame no more; on the event loop. */
    void handedOver() {
        if (size > BODY_KEPT_BYTES_MAX) {
            body = null;
        }
        connection.release(this);
    }

    /**
     * The response that says that the broker failed; on the event loop.
     *
     * @throws RuntimeException if there is none
     */
    ApiMessage failure() {
        ApiMessage request = body;
        if (request == null) {
            throw new IllegalStateException(key + " was too large to be kept");
        }
        return Requests.failure(key, version(), request);
    }

    /** Registers who gives up when nobody waits for the answer; on the event loop. */
    public void whenAbandoned(Abandoned listener) {
        abandoned = listener;
    }

    /** Registers who is told of each request that comes behind this one; on the event loop. */
    public void whenFollowed(Runnable listener) {
        followed = listener;
    }

    /** Whether a further request waits for this one's answer; on the event loop. */
    public boolean isFollowed() {
        return connection.hasWaiting();
    }

    /** Whether a further request waits that is not of this API; on the event loop. */
    public boolean isFollowedByOther() {
        return connection.hasWaitingOtherThan(key);
    }

    void followed() {
        Runnable listener = followed;
        if (listener != null && !isAnswered()) {
            listener.run();
        }
    }

    /** On the event loop. Without somebody who gives up, the answer still comes, and is dropped. */
    void abandon() {
        Abandoned listener = abandoned;
        if (listener != null && answered.compareAndSet(false, true)) {
            listener.abandoned();
            connection.forget(this, null);
        }
    }

    /** Sends the response; owns it, slices included, from here on. */
    public void answer(ApiMessage response) {
        if (answered.compareAndSet(false, true)) {
            onLoop(() -> connection.answer(this, response), response);
        } else {
            throw new IllegalStateException(key + " was answered twice");
        }
    }

    /** Answers with what becomes of the future, on the thread that completes it. */
    public <T> void answerWhen(
            CompletionStage<T> reply, Function<? super T, ? extends ApiMessage> response) {
        var _ =
                reply.whenComplete(
                        (value, failure) -> {
                            if (failure == null) {
                                guarded(() -> answer(response.apply(value)));
                            } else {
                                fail(failure);
                            }
                        });
    }

    /** Runs a part of the handling that nobody else watches over. */
    public void guarded(Runnable part) {
        try {
            part.run();
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    /** Answers UNKNOWN_SERVER_ERROR for a reason that is ours; once answered, only logs it. */
    public void fail(Throwable cause) {
        LOG.atError()
                .setCause(cause)
                .addKeyValue("api", key)
                .log("A request failed for a reason that is ours");
        if (answered.compareAndSet(false, true)) {
            onLoop(() -> connection.answerFailure(this), null);
        }
    }

    /** The protocol asks for no response (acks=0). */
    public void answerNothing() {
        if (answered.compareAndSet(false, true)) {
            onLoop(() -> connection.answerNothing(this), null);
        }
    }

    /** Ends the connection, where the protocol has no other way to report an error. */
    public void close(String why) {
        if (answered.compareAndSet(false, true)) {
            onLoop(() -> connection.close(this, why), null);
        }
    }

    boolean isAnswered() {
        return answered.get();
    }

    private void onLoop(Runnable task, @Nullable ApiMessage response) {
        EventLoop loop = connection.loop();
        if (loop.inEventLoop()) {
            task.run();
            return;
        }
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            // The event loops have stopped, and the connection with them: nobody waits.
            connection.forget(this, response);
        }
    }
}
