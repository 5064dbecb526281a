package io.headrace.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Directed links between machines. What is sent into a cut is lost, or comes when the cut heals, as
 * a late retransmission does; every message takes its own time, so two of different connections
 * overtake each other.
 */
public final class Network {

    /** The ensemble and the clients are machines, too. */
    public static final int ZOOKEEPER = 100;

    static final int CLIENTS = 200;

    private record Link(int from, int to) {}

    private final Timeline timeline;
    private final Random random;
    private final Set<Link> cuts = new HashSet<>();
    private final Map<Link, Long> slow = new HashMap<>();
    private final Map<Link, List<Runnable>> late = new HashMap<>();

    Network(Timeline timeline, Random random) {
        this.timeline = timeline;
        this.random = random;
    }

    public boolean isOpen(int from, int to) {
        return !cuts.contains(new Link(from, to));
    }

    /** Time that a message takes now. */
    public long nanos(int from, int to) {
        long usual = 100_000L + random.nextInt(random.nextInt(20) == 0 ? 40_000_000 : 2_000_000);
        return usual + slow.getOrDefault(new Link(from, to), 0L);
    }

    /** Lets the arrival happen at the other end, if the message gets there. */
    public void send(int from, int to, Runnable arrival) {
        Link link = new Link(from, to);
        if (cuts.contains(link)) {
            if (random.nextBoolean()) {
                late.computeIfAbsent(link, any -> new ArrayList<>()).add(arrival);
            }
            return;
        }
        timeline.in(nanos(from, to), arrival);
    }

    void cut(int from, int to) {
        cuts.add(new Link(from, to));
    }

    void heal(int from, int to) {
        Link link = new Link(from, to);
        cuts.remove(link);
        List<Runnable> arrivals = late.remove(link);
        if (arrivals != null) {
            arrivals.forEach(each -> timeline.in(nanos(from, to), each));
        }
    }

    void slow(int from, int to, long millis) {
        slow.put(new Link(from, to), TimeUnit.MILLISECONDS.toNanos(millis));
    }

    void usual(int from, int to) {
        slow.remove(new Link(from, to));
    }
}
