package io.headrace.admin.kafka;

import io.headrace.admin.balance.Load;
import io.headrace.admin.envelope.V3Exception;
import io.headrace.model.topic.TopicPartition;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What partitions cost their brokers: bytes on disk as brokers say, and how fast those grew since
 * they were asked before. Kept for {@link #FRESH}; without an answer the last one is used, or none.
 *
 * <p>Owner: any thread; the lock is held while brokers are asked, so that they are asked once.
 */
public final class PartitionLoads {

    private static final Logger LOG = LoggerFactory.getLogger(PartitionLoads.class);
    private static final Duration FRESH = Duration.ofSeconds(30);

    /**
     * @param isComplete whether brokers answered, now or within {@link #FRESH}
     */
    public record Known(Map<TopicPartition, Load> loads, boolean isComplete) {
        public Known {
            loads = Map.copyOf(loads);
        }
    }

    private final Supplier<Map<TopicPartition, Long>> sizes;
    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private Map<TopicPartition, Long> lastSizes = Map.of();
    private Known last = new Known(Map.of(), false);
    private long askedAtMs;

    /**
     * @param sizes asks brokers; bounded in time, may throw {@link V3Exception}
     */
    public PartitionLoads(Supplier<Map<TopicPartition, Long>> sizes, Clock clock) {
        this.sizes = sizes;
        this.clock = clock;
    }

    /** Blocks for as long as brokers may take. */
    public Known known() {
        lock.lock();
        try {
            long now = clock.millis();
            if (!last.isComplete() || now - askedAtMs >= FRESH.toMillis()) {
                ask(now);
            }
            return last;
        } finally {
            lock.unlock();
        }
    }

    private void ask(long nowMs) {
        try {
            Map<TopicPartition, Long> fresh = sizes.get();
            long elapsedMs = lastSizes.isEmpty() ? 0 : nowMs - askedAtMs;
            Map<TopicPartition, Load> loads = new HashMap<>();
            fresh.forEach(
                    (tp, bytes) -> {
                        long grown = Math.max(0, bytes - lastSizes.getOrDefault(tp, bytes));
                        long perSecond = elapsedMs <= 0 ? 0 : grown * 1_000 / elapsedMs;
                        loads.put(tp, new Load(bytes, perSecond));
                    });
            last = new Known(loads, true);
            lastSizes = fresh;
            askedAtMs = nowMs;
        } catch (V3Exception e) {
            LOG.atWarn().setCause(e).log("Brokers do not say what is on their disks");
            last = new Known(last.loads(), false);
        }
    }
}
