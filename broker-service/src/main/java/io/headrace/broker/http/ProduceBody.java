package io.headrace.broker.http;

import io.headrace.broker.http.Call.Context;
import io.headrace.broker.replica.Partition;
import io.netty.buffer.PooledByteBufAllocator;
import reactor.core.publisher.MonoSink;

/** The first half of a produce: the body arrives; then a {@link ProduceCall} takes it over. */
final class ProduceBody implements BodyCollector.Target {

    private final Context context;
    private final Call call;
    private final Partition partition;
    private final ProduceCall.Want want;
    private final MonoSink<Reply> sink;

    ProduceBody(
            Context context,
            Call call,
            Partition partition,
            ProduceCall.Want want,
            MonoSink<Reply> sink) {
        this.context = context;
        this.call = call;
        this.partition = partition;
        this.want = want;
        this.sink = sink;
    }

    /**
     * @param announced the Content-Length, -1 when there is none
     */
    void collect(long announced) {
        BodyCollector collector =
                new BodyCollector(
                        PooledByteBufAllocator.DEFAULT,
                        context.bytesInFlight(),
                        announced,
                        context.limits().requestBytesMax(),
                        this);
        sink.onCancel(collector::abort);
        call.request().receive().subscribe(collector);
    }

    @Override
    public void collected(BodyCollector.Body body) {
        ProduceCall produce = new ProduceCall(context, call, body, want, sink);
        partition.append(produce);
    }

    @Override
    public void refused(Problem problem) {
        context.metrics().topic(call.target().topic()).produceFailed();
        sink.success(Reply.problem(problem));
    }

    @Override
    public void aborted() {
        // Nobody is left to answer.
        sink.success();
    }
}
