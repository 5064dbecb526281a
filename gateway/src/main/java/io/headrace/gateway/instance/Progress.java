package io.headrace.gateway.instance;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far the client of one instance has come: records that were polled and wait, the page that is
 * on its way, and the offsets behind what it received.
 *
 * <p>Invariant per partition: received offset {@code <=} first offset of the page {@code <=} first
 * offset that waits {@code <=} the consumer's position.
 *
 * <p>Owner: the holder of the instance's lock. Bounds: what waits is what one poll gave.
 */
final class Progress {

    private static final Logger LOG = LoggerFactory.getLogger(Progress.class);

    private final Consumer<byte[], byte[]> consumer;
    private final Duration commitWait;
    private final Deque<ConsumerRecord<byte[], byte[]>> waiting = new ArrayDeque<>();
    private final Map<TopicPartition, Long> received = new HashMap<>();
    private final Set<TopicPartition> uncommitted = new HashSet<>();
    private @Nullable Page page;

    Progress(Consumer<byte[], byte[]> consumer, Duration commitWait) {
        this.consumer = consumer;
        this.commitWait = commitWait;
    }

    /** Records that are read before any other. */
    void add(ConsumerRecords<byte[], byte[]> records) {
        records.forEach(waiting::add);
    }

    /** Whether nothing waits. */
    boolean isDrained() {
        return waiting.isEmpty();
    }

    /** Moves what waits into the page; true if the page is full. At least one record fits. */
    boolean drainTo(Page target, long bytesMax) {
        while (!waiting.isEmpty()) {
            long bytes = target.bytes() + Page.bytesOf(waiting.getFirst());
            if (bytes > bytesMax && target.count() > 0) {
                return true;
            }
            target.add(waiting.removeFirst());
        }
        return target.bytes() >= bytesMax;
    }

    /** Undoes a part of {@link #drainTo}. */
    void putBack(List<ConsumerRecord<byte[], byte[]>> records) {
        records.reversed().forEach(waiting::addFirst);
    }

    /** From here on the page is on its way to the client. */
    void handOut(Page sealed) {
        page = sealed;
    }

    /** Learns what became of the last page, before anything else is done for the client. */
    void settle() {
        Page last = page;
        if (last == null) {
            return;
        }
        if (last.received()) {
            last.nextOffsets().forEach(this::receive);
        } else {
            last.takeBack();
            Set<TopicPartition> assigned = consumer.assignment();
            last.firstOffsets()
                    .forEach(
                            (partition, offset) -> {
                                if (assigned.contains(partition)) {
                                    dropWaiting(Set.of(partition));
                                    consumer.seek(partition, offset);
                                }
                            });
        }
        page = null;
    }

    private void receive(TopicPartition partition, long nextOffset) {
        received.put(partition, nextOffset);
        uncommitted.add(partition);
    }

    /** The client goes on from another offset. */
    void moved(TopicPartition partition, long offset) {
        dropWaiting(Set.of(partition));
        receive(partition, offset);
    }

    /** Partitions that went to another member; nothing about them is known any more. */
    void forget(Collection<TopicPartition> partitions) {
        dropWaiting(partitions);
        Page last = page;
        for (TopicPartition partition : partitions) {
            received.remove(partition);
            uncommitted.remove(partition);
            if (last != null) {
                last.forget(partition);
            }
        }
    }

    private void dropWaiting(Collection<TopicPartition> partitions) {
        waiting.removeIf(
                record ->
                        partitions.contains(
                                new TopicPartition(record.topic(), record.partition())));
    }

    /** A page that was written and not taken back counts as received; its state stays open. */
    void countSent() {
        Page last = page;
        if (last != null && last.state() == Page.State.SENT) {
            last.nextOffsets().forEach(this::receive);
        }
    }

    /** The client is not there any more: what was sent last counts as not received. */
    void dropPage() {
        page = null;
    }

    boolean hasUncommitted() {
        return !uncommitted.isEmpty();
    }

    /** Offsets behind everything that the client received and still owns. */
    Map<TopicPartition, OffsetAndMetadata> received() {
        Map<TopicPartition, OffsetAndMetadata> offsets = HashMap.newHashMap(received.size());
        received.forEach((partition, next) -> offsets.put(partition, new OffsetAndMetadata(next)));
        return offsets;
    }

    private Map<TopicPartition, OffsetAndMetadata> taken() {
        Map<TopicPartition, OffsetAndMetadata> offsets = received();
        offsets.keySet().retainAll(uncommitted);
        uncommitted.clear();
        return offsets;
    }

    /** Commits without waiting; what fails is committed with the next. */
    void commitSoon() {
        Map<TopicPartition, OffsetAndMetadata> offsets = taken();
        if (offsets.isEmpty()) {
            return;
        }
        consumer.commitAsync(
                offsets,
                (done, error) -> {
                    if (error != null) {
                        LOG.atDebug()
                                .setCause(error)
                                .log("An offset commit failed; it is repeated");
                        done.keySet().stream()
                                .filter(received::containsKey)
                                .forEach(uncommitted::add);
                    }
                });
    }

    /**
     * Commits what is due and waits for it; a failure is logged, for nobody is there to be told.
     */
    void commitNow() {
        Map<TopicPartition, OffsetAndMetadata> offsets = taken();
        if (offsets.isEmpty()) {
            return;
        }
        try {
            commit(offsets);
        } catch (KafkaException e) {
            LOG.atWarn()
                    .addKeyValue("error", e.toString())
                    .log("Offsets were not committed; their records will be read again");
        }
    }

    /** Commits for the client, who is told of a failure. */
    void commit(Map<TopicPartition, OffsetAndMetadata> offsets) {
        if (offsets.isEmpty()) {
            return;
        }
        try {
            consumer.commitSync(offsets, commitWait);
        } catch (WakeupException e) {
            // The wake-up was meant for a read that has ended.
            consumer.commitSync(offsets, commitWait);
        }
    }

    /** The client committed; what it committed need not be committed for it. */
    void committed(Map<TopicPartition, OffsetAndMetadata> offsets) {
        uncommitted.removeAll(offsets.keySet());
    }
}
