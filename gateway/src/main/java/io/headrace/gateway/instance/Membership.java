package io.headrace.gateway.instance;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The consumer of one instance: what it is subscribed to or assigned, its place in the group, and
 * its {@link Progress}.
 *
 * <p>All partitions are paused except during a read, so that the keeper's polls answer rebalances
 * and fetch nothing.
 *
 * <p>Owner: the holder of the instance's lock; {@link #wake} and {@link #isInMotion} on any thread.
 */
final class Membership implements ConsumerRebalanceListener {

    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
    private static final Duration SLICE = Duration.ofSeconds(1);
    private static final int COMMIT_ATTEMPTS = 3;

    private enum Mode {
        NOTHING,
        SUBSCRIBED,
        ASSIGNED
    }

    private final Consumer<byte[], byte[]> consumer;
    private final InstanceSettings settings;
    private final InstanceLimits limits;
    private final LongSupplier nanoClock;
    private final Progress progress;
    private Mode mode = Mode.NOTHING;

    /** Read next from an offset that nobody has asked a broker about. */
    private final Set<TopicPartition> sought = new HashSet<>();

    private boolean isReading;
    private boolean isJoined;
    private long committedNanos;
    private volatile boolean isInMotion;

    private final Object wakeLock = new Object();
    private boolean isPolling;

    Membership(
            Consumer<byte[], byte[]> consumer,
            InstanceSettings settings,
            InstanceLimits limits,
            Duration commitWait,
            LongSupplier nanoClock) {
        this.consumer = consumer;
        this.settings = settings;
        this.limits = limits;
        this.nanoClock = nanoClock;
        this.progress = new Progress(consumer, commitWait);
        this.committedNanos = nanoClock.getAsLong();
    }

    Progress progress() {
        return progress;
    }

    void subscribe(List<String> topics, @Nullable Pattern pattern) {
        if (mode == Mode.ASSIGNED) {
            throw InstanceFailures.illegalState(
                    "The instance has partitions assigned by hand; delete the subscription first.");
        }
        progress.settle();
        if (pattern != null) {
            consumer.subscribe(pattern, this);
        } else {
            consumer.subscribe(topics, this);
        }
        mode = Mode.SUBSCRIBED;
        isJoined = false;
        isInMotion = true;
        keepMember();
    }

    void assign(List<TopicPartition> partitions) {
        if (mode == Mode.SUBSCRIBED) {
            throw InstanceFailures.illegalState(
                    "The instance is subscribed; delete the subscription first.");
        }
        progress.settle();
        commitIfAutomatic();
        Set<TopicPartition> gone = new TreeSet<>(PartitionOrder.BY_NAME);
        gone.addAll(consumer.assignment());
        partitions.forEach(gone::remove);
        progress.forget(gone);
        consumer.assign(partitions);
        consumer.pause(partitions);
        mode = partitions.isEmpty() ? Mode.NOTHING : Mode.ASSIGNED;
    }

    void unsubscribe() {
        progress.settle();
        commitIfAutomatic();
        progress.forget(List.copyOf(consumer.assignment()));
        quietly(
                () -> {
                    consumer.unsubscribe();
                    return mode;
                });
        mode = Mode.NOTHING;
        isJoined = false;
        isInMotion = false;
    }

    Set<String> subscription() {
        return consumer.subscription();
    }

    Set<TopicPartition> assignment() {
        return consumer.assignment();
    }

    /**
     * Collects one page: begins to wait when the instance is a member of its group.
     *
     * @param isOver whether the read is to be given up
     */
    void read(Page page, PageGoal goal, BooleanSupplier isOver) {
        progress.settle();
        if (mode == Mode.NOTHING) {
            throw InstanceFailures.illegalState(
                    "The instance is neither subscribed nor assigned to anything.");
        }
        commitIfDue();
        isReading = true;
        try {
            awaitJoin(isOver);
            endOldFetches();
            consumer.resume(consumer.assignment());
            collect(page, goal, isOver);
        } finally {
            isReading = false;
            consumer.pause(consumer.assignment());
        }
    }

    /**
     * The fetch that an earlier read left behind waits at the broker for records, and the library
     * sends that broker no other meanwhile. A question behind it ends its wait.
     */
    private void endOldFetches() {
        sought.retainAll(consumer.assignment());
        if (!sought.isEmpty()) {
            try {
                var _ = quietly(() -> consumer.beginningOffsets(sought, SLICE));
            } catch (TimeoutException e) {
                LOG.atDebug().setCause(e).log("The first fetch after a seek may come late");
            }
            sought.clear();
        }
    }

    private void collect(Page page, PageGoal goal, BooleanSupplier isOver) {
        long deadlineNanos = nanoClock.getAsLong() + goal.timeout().toNanos();
        int heldCount = 0;
        boolean isFull = false;
        try {
            while (true) {
                isFull = progress.drainTo(page, goal.bytesMax());
                goal.hold(page, heldCount);
                heldCount = page.count();
                long leftNanos = deadlineNanos - nanoClock.getAsLong();
                boolean isEnough = page.count() > 0 && page.bytes() >= goal.bytesMin();
                if (isFull || isOver.getAsBoolean()) {
                    return;
                }
                Duration wait =
                        isEnough || leftNanos <= 0 ? Duration.ZERO : Duration.ofNanos(leftNanos);
                ConsumerRecords<byte[], byte[]> records = poll(wait);
                if (records.isEmpty() && wait.isZero()) {
                    return;
                }
                progress.add(records);
            }
        } catch (RuntimeException e) {
            progress.putBack(page.cut(heldCount));
            if (heldCount == 0) {
                throw e;
            }
            // What was collected is worth more; the next read meets the failure again.
            LOG.atDebug().setCause(e).log("A read ends early");
        }
    }

    /** The first read of a member covers the joining, however short its timeout. */
    private void awaitJoin(BooleanSupplier isOver) {
        long deadlineNanos = nanoClock.getAsLong() + limits.joinWait().toNanos();
        while (mode == Mode.SUBSCRIBED && !isJoined && !isOver.getAsBoolean()) {
            long leftNanos = deadlineNanos - nanoClock.getAsLong();
            if (leftNanos <= 0) {
                return;
            }
            progress.add(poll(Duration.ofNanos(leftNanos)));
        }
    }

    /** Before positions are set: a subscribed instance has partitions only as a member. */
    void join() {
        progress.settle();
        awaitJoin(() -> false);
        consumer.pause(consumer.assignment());
    }

    private ConsumerRecords<byte[], byte[]> poll(Duration wait) {
        synchronized (wakeLock) {
            isPolling = true;
        }
        try {
            return consumer.poll(wait.compareTo(SLICE) > 0 ? SLICE : wait);
        } catch (WakeupException e) {
            return ConsumerRecords.empty();
        } finally {
            synchronized (wakeLock) {
                isPolling = false;
            }
        }
    }

    void wake() {
        synchronized (wakeLock) {
            if (isPolling) {
                consumer.wakeup();
            }
        }
    }

    /** Whether the group rebalances, so that the keeper should poll often. */
    boolean isInMotion() {
        return isInMotion;
    }

    /** Keeps the place in the group between calls, and commits what is due. */
    void keep() {
        commitIfDue();
        if (mode == Mode.SUBSCRIBED) {
            keepMember();
        }
    }

    private void keepMember() {
        try {
            progress.add(poll(Duration.ZERO));
        } catch (KafkaException e) {
            isInMotion = false;
            LOG.atDebug()
                    .setCause(e)
                    .log("An idle instance could not poll; its client will be told");
        }
    }

    private void commitIfDue() {
        long now = nanoClock.getAsLong();
        if (settings.isAutoCommitting()
                && progress.hasUncommitted()
                && now - committedNanos >= limits.commitEvery().toNanos()) {
            committedNanos = now;
            progress.commitSoon();
        }
    }

    private void commitIfAutomatic() {
        if (settings.isAutoCommitting()) {
            progress.commitNow();
        }
    }

    /** Commits for the client; a rebalance that is going on is joined first. */
    void commit(Map<TopicPartition, OffsetAndMetadata> offsets) {
        for (int attempt = 1; ; attempt++) {
            try {
                progress.commit(offsets);
                progress.committed(offsets);
                return;
            } catch (RebalanceInProgressException e) {
                if (attempt == COMMIT_ATTEMPTS) {
                    throw e;
                }
                isJoined = false;
                awaitJoin(() -> false);
                offsets.keySet().retainAll(consumer.assignment());
            }
        }
    }

    void commitSoon(Map<TopicPartition, OffsetAndMetadata> offsets) {
        consumer.commitAsync(
                offsets,
                (done, error) -> {
                    if (error != null) {
                        LOG.atWarn()
                                .addKeyValue("error", error.toString())
                                .log("An offset commit that nobody waits for failed");
                    }
                });
        progress.committed(offsets);
    }

    Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
        return quietly(() -> consumer.committed(partitions));
    }

    /**
     * @param offset next to read; -1 for the end, -2 for the beginning
     */
    void seek(TopicPartition partition, long offset) {
        if (offset == -1) {
            consumer.seekToEnd(List.of(partition));
        } else if (offset == -2) {
            consumer.seekToBeginning(List.of(partition));
        } else {
            consumer.seek(partition, offset);
            sought.add(partition);
        }
        long position = offset >= 0 ? offset : quietly(() -> consumer.position(partition));
        progress.moved(partition, position);
    }

    /** Offset of the first record that is as young, or -1 for the end. */
    long offsetAt(TopicPartition partition, long timestampMs) {
        var found =
                quietly(() -> consumer.offsetsForTimes(Map.of(partition, timestampMs)))
                        .get(partition);
        return found == null ? -1 : found.offset();
    }

    /** A wake-up that was meant for a read that has ended shows up at the next operation. */
    private static <T> T quietly(Supplier<T> operation) {
        try {
            return operation.get();
        } catch (WakeupException e) {
            return operation.get();
        }
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        isJoined = true;
        isInMotion = false;
        if (!isReading) {
            consumer.pause(partitions);
        }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        isInMotion = true;
        if (settings.isAutoCommitting()) {
            progress.countSent();
            progress.commitNow();
        }
        progress.forget(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        isInMotion = true;
        progress.forget(partitions);
    }

    /** See {@link ConsumerInstance#close}. */
    void close(boolean isWanted) {
        try {
            if (isWanted) {
                progress.settle();
            } else {
                progress.dropPage();
            }
            commitIfAutomatic();
        } finally {
            consumer.close(
                    CloseOptions.timeout(limits.closeWait())
                            .withGroupMembershipOperation(
                                    CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
        }
    }
}
