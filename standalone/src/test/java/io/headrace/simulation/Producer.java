package io.headrace.simulation;

import io.headrace.admin.controller.SimulatedController;
import io.headrace.broker.replica.Leadership;
import io.headrace.broker.replica.Partition;
import io.headrace.broker.replica.ProduceOutcome;
import io.headrace.broker.replica.ProduceRequest;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.error.ErrorCode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An idempotent producer with one request in flight, which tries until it is acknowledged. */
final class Producer {

    private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final int TIMEOUT_MS = 1_500;

    private final World world;
    private final int id;
    private final int partition;
    private List<String> values = List.of();
    private byte[] bytes = {};
    private int sequence;
    private int counter;
    private int attempts;

    /** As Kafka's clients do, it never goes back to an older leader. */
    private int newestEpoch;

    Producer(World world, int id, int partition) {
        this.world = world;
        this.id = id;
        this.partition = partition;
    }

    boolean isIdle() {
        return values.isEmpty();
    }

    void next() {
        if (!world.isLoading()) {
            return;
        }
        List<String> fresh = new ArrayList<>();
        int count = 1 + world.random.nextInt(3);
        for (int i = 0; i < count; i++) {
            String value = "x".repeat(world.random.nextInt(60)) + id + "-" + counter++;
            fresh.add(value);
            world.judge.sent(value);
        }
        values = fresh;
        bytes = Records.batch(1_000 + id, sequence, values, world.timeline.millis());
        attempt();
    }

    private void attempt() {
        int token = ++attempts;
        PartitionState state = world.described(world.partitions.get(partition)).orElse(null);
        int leader = state == null || state.leaderEpoch() < newestEpoch ? -1 : state.leader();
        if (state != null) {
            newestEpoch = Math.max(newestEpoch, state.leaderEpoch());
        }
        if (leader < 0) {
            again(token, 100);
            return;
        }
        world.timeline.in(TIMEOUT_NANOS, () -> again(token, 0));
        world.network.send(
                Network.CLIENTS,
                leader,
                () -> {
                    BrokerRun run = world.run(leader);
                    if (run != null) {
                        run.program.in(0, () -> arrived(run, token));
                    }
                });
    }

    private void again(int token, long pauseMs) {
        if (token == attempts && !values.isEmpty()) {
            attempts++;
            world.timeline.in(TimeUnit.MILLISECONDS.toNanos(pauseMs), this::attempt);
        }
    }

    private void arrived(BrokerRun run, int token) {
        Partition led = run.replicas.led(SimulatedController.TOPIC, partition);
        if (led == null) {
            answer(
                    run,
                    token,
                    new ProduceOutcome.NotDone(ErrorCode.NOT_LEADER_OR_FOLLOWER, "does not lead"));
            return;
        }
        led.append(
                new ProduceRequest(
                        ByteBuffer.wrap(bytes.clone()),
                        world.bug == Bug.EARLY_ACKNOWLEDGEMENT ? 1 : ProduceRequest.ACKS_ALL,
                        ProduceRequest.ANY_LEADER_EPOCH,
                        TIMEOUT_MS) {
                    @Override
                    protected void complete(ProduceOutcome outcome) {
                        if (outcome instanceof ProduceOutcome.Done done
                                && world.bug != Bug.EARLY_ACKNOWLEDGEMENT) {
                            world.judge.acknowledging(led, done.lastOffset());
                        }
                        answer(run, token, isDeposed(led) ? known(outcome) : outcome);
                    }
                });
    }

    private boolean isDeposed(Partition led) {
        Leadership leadership = led.leadership();
        return leadership == null
                || leadership.leaderEpoch()
                        < world.stateNode(led.name()).orElseThrow().leaderEpoch();
    }

    /**
     * Who goes back to a leader that was deposed and does not know it, since nobody told of a newer
     * leader epoch, hears of sequences what that one knows. Kafka's clients meet the same, and
     * begin a new producer epoch; here the producer looks for another leader.
     */
    private static ProduceOutcome known(ProduceOutcome outcome) {
        return outcome instanceof ProduceOutcome.NotDone no && isOfSequences(no.code())
                ? new ProduceOutcome.NotDone(ErrorCode.NOT_LEADER_OR_FOLLOWER, "deposed")
                : outcome;
    }

    private static boolean isOfSequences(ErrorCode code) {
        return code == ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER
                || code == ErrorCode.DUPLICATE_SEQUENCE_NUMBER;
    }

    private void answer(BrokerRun run, int token, ProduceOutcome outcome) {
        world.network.send(run.id, Network.CLIENTS, () -> answered(token, outcome));
    }

    private void answered(int token, ProduceOutcome outcome) {
        if (token != attempts) {
            return;
        }
        switch (outcome) {
            case ProduceOutcome.Done done -> {
                world.judge.acknowledged(partition, done.baseOffset(), values);
                sequence += values.size();
                values = List.of();
                attempts++;
                world.timeline.in(
                        TimeUnit.MILLISECONDS.toNanos(5 + world.random.nextInt(120)), this::next);
            }
            case ProduceOutcome.NotDone(ErrorCode code, String text, var _) -> {
                if (isOfSequences(code)) {
                    world.judge.fail("producer " + id + " met " + code + ": " + text);
                }
                again(token, 20 + world.random.nextInt(100));
            }
            case ProduceOutcome.Unknown unknown -> again(token, 20);
        }
    }
}
