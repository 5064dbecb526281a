package io.headrace.simulation;

import io.headrace.broker.replication.FetchAnswer;
import io.headrace.broker.replication.FetchRequest;
import io.headrace.broker.replication.SimulatedFetchers;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection of a follower to a leader: both directions in order, and one request answered before
 * the next is looked at, as {@code broker.kafka} does. Ends with the leader's process.
 */
final class FetchConnection implements SimulatedFetchers.Connection {

    private record Frame(FetchRequest request, Consumer<FetchAnswer> reply) {}

    private final World world;
    private final int from;
    private final int to;
    private final InOrder requests = new InOrder();
    private final InOrder answers = new InOrder();
    private final ArrayDeque<Frame> waiting = new ArrayDeque<>();
    private @Nullable BrokerRun leader;
    private LeaderSide.@Nullable Round current;

    FetchConnection(World world, int from, int to) {
        this.world = world;
        this.from = from;
        this.to = to;
    }

    /** What overtook another one waits for it. */
    private static final class InOrder {
        private final Map<Long, Runnable> early = new HashMap<>();
        private long sent;
        private long due;

        long number() {
            return sent++;
        }

        void arrived(long number, Runnable task) {
            early.put(number, task);
            for (Runnable next = early.remove(due); next != null; next = early.remove(due)) {
                due++;
                next.run();
            }
        }
    }

    @Override
    public void send(FetchRequest request, Consumer<FetchAnswer> reply) {
        long number = requests.number();
        world.network.send(
                from, to, () -> requests.arrived(number, () -> arrived(new Frame(request, reply))));
    }

    @SuppressWarnings("ReferenceEquality")
    private void arrived(Frame frame) {
        BrokerRun now = world.run(to);
        if (leader == null) {
            leader = now;
        }
        if (now != null && now == leader) {
            now.program.in(0, () -> take(now, frame));
        }
    }

    private void take(BrokerRun by, Frame frame) {
        LeaderSide.Round open = current;
        if (open == null) {
            begin(by, frame);
        } else {
            waiting.add(frame);
            open.hurry();
        }
    }

    boolean hasWaiting() {
        return !waiting.isEmpty();
    }

    private void begin(BrokerRun by, Frame frame) {
        LeaderSide.Round round =
                by.leaderSide.round(this, frame.request(), answer -> answered(by, frame, answer));
        current = round;
        round.start();
    }

    private void answered(BrokerRun by, Frame frame, FetchAnswer answer) {
        current = null;
        long number = answers.number();
        world.network.send(
                to, from, () -> answers.arrived(number, () -> frame.reply().accept(answer)));
        Frame next = waiting.poll();
        if (next != null) {
            begin(by, next);
        }
    }
}
