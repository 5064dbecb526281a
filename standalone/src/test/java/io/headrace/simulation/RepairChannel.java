package io.headrace.simulation;

import io.headrace.broker.replica.Partition;
import io.headrace.broker.replica.ReadResult;
import io.headrace.broker.replication.FetchAnswer;
import io.headrace.broker.replication.FetchAnswer.OfPartition;
import io.headrace.broker.replication.FetchAnswer.Refusal;
import io.headrace.broker.replication.FetchKey;
import io.headrace.broker.replication.FetchPosition;
import io.headrace.broker.replication.FetchRequest;
import io.headrace.broker.replication.LeaderChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Reads from another broker as a consumer does, for the scrubber. It is answered in the same event:
 * who waits for an answer would let the only thread wait.
 */
final class RepairChannel implements LeaderChannel {

    private final World world;
    private final int to;
    private final ArrayDeque<FetchRequest> open = new ArrayDeque<>();

    RepairChannel(World world, int from, int to) throws IOException {
        BrokerRun run = world.run(to);
        boolean isReached =
                run != null
                        && run.program.isRunning()
                        && world.network.isOpen(from, to)
                        && world.network.isOpen(to, from);
        if (!isReached) {
            throw new IOException("broker " + to + " does not answer");
        }
        this.world = world;
        this.to = to;
    }

    @Override
    public void send(FetchRequest request) {
        open.add(request);
    }

    @Override
    public FetchAnswer receive(long patienceNanos) throws IOException {
        return new FetchAnswer(
                0, "", open.remove().positions().stream().map(this::answer).toList());
    }

    private OfPartition answer(FetchPosition position) {
        BrokerRun run = world.run(to);
        Partition partition =
                run.replicas.served(position.name().topic(), position.name().partition());
        if (partition == null) {
            return of(position, Refusal.NOT_NOW, "not here", ByteBuffer.allocate(0));
        }
        int bytesMax = world.plan.options().fetchBytes();
        if (partition.readServed(position.offset(), bytesMax, true) instanceof ReadResult.InRange in
                && in.slice() != null) {
            try (var slice = in.slice()) {
                return of(position, Refusal.NONE, "", Records.bytes(slice));
            } catch (IOException e) {
                world.rot.met(run, world.partitions.indexOf(position.name()), e);
            }
        }
        return of(position, Refusal.NOT_NOW, "nothing to read", ByteBuffer.allocate(0));
    }

    private static OfPartition of(
            FetchPosition position, Refusal refusal, String error, ByteBuffer batches) {
        return new OfPartition(
                new FetchKey(position.topicId(), position.name().partition()),
                refusal,
                error,
                -1,
                -1,
                -1,
                -1,
                batches);
    }

    @Override
    public void wake() {}

    @Override
    public void interrupt() {}

    @Override
    public void close() {}
}
