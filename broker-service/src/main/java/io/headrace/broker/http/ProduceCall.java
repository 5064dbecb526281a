package io.headrace.broker.http;

import io.headrace.broker.http.Call.Context;
import io.headrace.broker.replica.ProduceOutcome;
import io.headrace.broker.replica.ProduceRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.MonoSink;

/**
 * The second half of a produce: the body is appended where it lies, released, and answered for.
 *
 * <p>Owner: the partition until {@link #complete}; then the event loop of the connection. The body
 * outlives a connection that ends meanwhile.
 */
final class ProduceCall extends ProduceRequest implements Runnable {

    /** What was asked for. */
    record Want(int acks, int leaderEpoch, long timeoutMs) {}

    private static final int ANSWER_BYTES = 192;

    private final Context context;
    private final Call call;
    private final BodyCollector.Body body;
    private final Want want;
    private final MonoSink<Reply> sink;
    private final int size;
    private @Nullable ProduceOutcome outcome;

    ProduceCall(
            Context context, Call call, BodyCollector.Body body, Want want, MonoSink<Reply> sink) {
        super(body.bytes().nioBuffer(), want.acks(), want.leaderEpoch(), want.timeoutMs());
        this.context = context;
        this.call = call;
        this.body = body;
        this.size = body.bytes().readableBytes();
        this.want = want;
        this.sink = sink;
    }

    @Override
    protected void complete(ProduceOutcome result) {
        outcome = result;
        body.release();
        if (call.loop().inEventLoop()) {
            run();
            return;
        }
        try {
            call.loop().execute(this);
        } catch (RejectedExecutionException e) {
            // The event loops have stopped, and the connection with them: nobody is left to answer.
            sink.error(e);
        }
    }

    /** Answers, on the event loop. */
    @Override
    public void run() {
        ProduceOutcome result = outcome;
        if (result == null) {
            throw new IllegalStateException("answered before the append");
        }
        String topic = call.target().topic();
        if (result instanceof ProduceOutcome.Done done) {
            context.metrics()
                    .topic(topic)
                    .produced(size, done.lastOffset() - done.baseOffset() + 1);
            sink.success(want.acks() == 0 ? Reply.noContent() : done(done));
            return;
        }
        context.metrics().topic(topic).produceFailed();
        sink.success(
                Reply.problem(
                        Refusal.of(context.replicas(), topic, call.target().partition(), result)));
    }

    private static Reply done(ProduceOutcome.Done done) {
        return (request, response) -> {
            ByteBuf json = PooledByteBufAllocator.DEFAULT.directBuffer(ANSWER_BYTES);
            json.writeCharSequence(
                    "{\"base_offset\":"
                            + done.baseOffset()
                            + ",\"last_offset\":"
                            + done.lastOffset()
                            + ",\"log_append_time_ms\":"
                            + done.appendTimeMs()
                            + ",\"log_start_offset\":"
                            + done.logStartOffset()
                            + ",\"leader_epoch\":"
                            + done.leaderEpoch()
                            + "}",
                    StandardCharsets.US_ASCII);
            return Reply.json(json).send(request, response);
        };
    }
}
