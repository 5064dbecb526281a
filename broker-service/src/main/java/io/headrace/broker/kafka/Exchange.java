package io.headrace.broker.kafka;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

/**
 * One request and the answer to it.
 *
 * <p>Owner: whoever handles it. The request's bytes, and every buffer in the parsed request, stay
 * valid until the answer. Answering hops to the connection's event loop if need be.
 */
public final class Exchange {

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
    private final ByteBuf frame;
    private final long startNanos = System.nanoTime();
    private final AtomicBoolean answered = new AtomicBoolean();
    private @Nullable Abandoned abandoned;
    private @Nullable Runnable followed;
    private String kind;

    Exchange(KafkaConnection connection, ApiKeys key, RequestHeaderData header, ByteBuf frame) {
        this.connection = connection;
        this.key = key;
        this.kind = key.name;
        this.header = header;
        this.frame = frame;
    }

    public ApiKeys key() {
        return key;
    }

    /** What metrics count it as, where Kafka tells more than one kind; before the answer. */
    public void isOfKind(String name) {
        kind = name;
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
        return frame.readableBytes();
    }

    int correlationId() {
        return header.correlationId();
    }

    ByteBuf frame() {
        return frame;
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
