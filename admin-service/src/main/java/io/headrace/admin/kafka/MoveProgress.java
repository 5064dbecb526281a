package io.headrace.admin.kafka;

import io.headrace.admin.envelope.V3Exception;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.Move;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicPartition;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far moves are, by the bytes that brokers have on disk. Only brokers that a move concerns are
 * asked, and their answer is kept for {@link #FRESH}, a failure for {@link #FAILED}.
 *
 * <p>Owner: any thread; the lock is held while brokers are asked, so that they are asked once.
 */
public final class MoveProgress {

    private static final Logger LOG = LoggerFactory.getLogger(MoveProgress.class);
    private static final Duration FRESH = Duration.ofSeconds(1);
    private static final Duration FAILED = Duration.ofSeconds(10);
    private static final Map<TopicPartition, Map<Integer, Long>> NOTHING = Map.of();

    /**
     * Of all replicas that a move adds, together.
     *
     * @param bytesTotal that they will have
     * @param bytesCopied that they have
     */
    public record Bytes(long bytesTotal, long bytesCopied) {

        /** How far they are behind. */
        public long lag() {
            return bytesTotal - bytesCopied;
        }

        Bytes plus(Bytes other) {
            return new Bytes(bytesTotal + other.bytesTotal, bytesCopied + other.bytesCopied);
        }
    }

    private final Function<Collection<Integer>, Map<TopicPartition, Map<Integer, Long>>> sizes;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private Optional<Map<TopicPartition, Map<Integer, Long>>> last = Optional.empty();
    private Set<Integer> asked = Set.of();
    private long keptUntilMs = Long.MIN_VALUE;

    /**
     * @param sizes asks these brokers for the bytes of each of their replicas; bounded in time, may
     *     throw {@link V3Exception}
     */
    public MoveProgress(
            Function<Collection<Integer>, Map<TopicPartition, Map<Integer, Long>>> sizes,
            Clock clock) {
        this.sizes = sizes;
        this.clock = clock;
    }

    /**
     * Of every partition that moves; empty when brokers do not answer. Blocks for as long as they
     * may take.
     */
    public Optional<Map<TopicPartition, Bytes>> known(ClusterImage image) {
        Set<Integer> concerned = concerned(image);
        return (concerned.isEmpty() ? Optional.of(NOTHING) : fresh(concerned))
                .map(found -> bytes(image, found));
    }

    /** All moves together. */
    public static Bytes sum(Collection<Bytes> moves) {
        return moves.stream().reduce(new Bytes(0, 0), Bytes::plus);
    }

    private static Set<Integer> concerned(ClusterImage image) {
        Set<Integer> brokers = new HashSet<>();
        for (TopicImage topic : image.topics().values()) {
            topic.moves().keySet().forEach(p -> brokers.addAll(topic.assignments().get(p)));
        }
        brokers.retainAll(image.brokers().keySet());
        return brokers;
    }

    private Optional<Map<TopicPartition, Map<Integer, Long>>> fresh(Set<Integer> concerned) {
        lock.lock();
        try {
            if (clock.millis() >= keptUntilMs || !asked.equals(concerned)) {
                ask(concerned);
            }
            return last;
        } finally {
            lock.unlock();
        }
    }

    private void ask(Set<Integer> concerned) {
        asked = concerned;
        try {
            last = Optional.of(sizes.apply(concerned));
        } catch (V3Exception e) {
            LOG.atDebug().setCause(e).log("Brokers do not say how far moves are");
            last = Optional.empty();
        }
        keptUntilMs = clock.millis() + (last.isPresent() ? FRESH : FAILED).toMillis();
    }

    private static Map<TopicPartition, Bytes> bytes(
            ClusterImage image, Map<TopicPartition, Map<Integer, Long>> sizes) {
        Map<TopicPartition, Bytes> moves = new HashMap<>();
        for (TopicImage topic : image.topics().values()) {
            topic.moves()
                    .forEach(
                            (p, move) -> {
                                TopicPartition tp = new TopicPartition(topic.name(), p);
                                int leader = topic.states().get(p).leader();
                                moves.put(
                                        tp, bytes(move, leader, sizes.getOrDefault(tp, Map.of())));
                            });
        }
        return moves;
    }

    /** The leader's copy is the measure; without a leader, the largest. */
    private static Bytes bytes(Move move, int leader, Map<Integer, Long> replicas) {
        long largest = replicas.values().stream().mapToLong(Long::longValue).max().orElse(0);
        long whole = replicas.getOrDefault(leader, largest);
        long copied = 0;
        for (int id : move.adding()) {
            copied += Math.min(whole, replicas.getOrDefault(id, 0L));
        }
        return new Bytes(whole * move.adding().size(), copied);
    }
}
