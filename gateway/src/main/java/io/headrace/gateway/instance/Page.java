package io.headrace.gateway.instance;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The records of one answer, until it is known whether the client received them.
 *
 * <pre>
 *   WRITING --written to the connection--> SENT --next call on the instance--> received
 *   WRITING --connection closed, late, refused--> TAKEN_BACK
 *   SENT --connection reset: the client left bytes unread--> TAKEN_BACK
 * </pre>
 *
 * <p>Only received records count as consumed; those of a page that was taken back are read again.
 *
 * <p>Owner: the maps belong to the holder of the instance's lock; the state changes on any thread.
 */
final class Page {

    private static final Logger LOG = LoggerFactory.getLogger(Page.class);
    private static final long NEWS_WAIT_MS = 1_000;

    enum State {
        WRITING,
        SENT,
        RECEIVED,
        TAKEN_BACK
    }

    private final long number;
    private final AtomicReference<State> state = new AtomicReference<>(State.WRITING);
    private final Map<TopicPartition, Long> firstOffsets = new HashMap<>();
    private final Map<TopicPartition, Long> nextOffsets = new HashMap<>();
    private List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    private long bytes;
    private volatile Executor loop = Runnable::run;
    private volatile Runnable look = () -> {};

    /**
     * @param number of the page among those of its instance
     */
    Page(long number) {
        this.number = number;
    }

    long number() {
        return number;
    }

    void add(ConsumerRecord<byte[], byte[]> record) {
        records.add(record);
        bytes += bytesOf(record);
    }

    /** Takes out what was added after the first so many. */
    List<ConsumerRecord<byte[], byte[]>> cut(int count) {
        List<ConsumerRecord<byte[], byte[]>> tail = records.subList(count, records.size());
        List<ConsumerRecord<byte[], byte[]>> cut = List.copyOf(tail);
        tail.clear();
        cut.forEach(record -> bytes -= bytesOf(record));
        return cut;
    }

    static long bytesOf(ConsumerRecord<byte[], byte[]> record) {
        return Math.max(0, record.serializedKeySize())
                + (long) Math.max(0, record.serializedValueSize());
    }

    int count() {
        return records.size();
    }

    /** Of keys and values. */
    long bytes() {
        return bytes;
    }

    /** Ends the adding, and gives away the records: only their offsets are kept. */
    List<ConsumerRecord<byte[], byte[]>> seal() {
        for (ConsumerRecord<byte[], byte[]> record : records) {
            TopicPartition partition = new TopicPartition(record.topic(), record.partition());
            firstOffsets.putIfAbsent(partition, record.offset());
            nextOffsets.put(partition, record.offset() + 1);
        }
        List<ConsumerRecord<byte[], byte[]>> sealed = records;
        records = List.of();
        return sealed;
    }

    Map<TopicPartition, Long> firstOffsets() {
        return firstOffsets;
    }

    Map<TopicPartition, Long> nextOffsets() {
        return nextOffsets;
    }

    /** The partition went to another member, or was sought elsewhere. */
    void forget(TopicPartition partition) {
        firstOffsets.remove(partition);
        nextOffsets.remove(partition);
    }

    State state() {
        return Objects.requireNonNull(state.get());
    }

    /**
     * @param loop of the connection
     * @param look asks the kernel, on the loop, whether the client is gone, and takes the page back
     */
    void writtenBy(Executor loop, Runnable look) {
        this.look = look;
        this.loop = loop;
    }

    /**
     * Blocks until a reset that has arrived has been noticed, be it that the event loop has not
     * been told of it. A client that goes and comes back at once is not overtaken by its own next
     * call.
     */
    void awaitNews() {
        if (state() != State.SENT) {
            return;
        }
        try {
            CompletableFuture.runAsync(look, loop).get(NEWS_WAIT_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | RejectedExecutionException e) {
            LOG.atDebug().setCause(e).log("An event loop has no news of its connections");
        }
    }

    void sent() {
        state.compareAndSet(State.WRITING, State.SENT);
    }

    /** Whether the records count as consumed from here on. */
    boolean received() {
        return state.compareAndSet(State.SENT, State.RECEIVED);
    }

    boolean takeBack() {
        return state.compareAndSet(State.WRITING, State.TAKEN_BACK)
                || state.compareAndSet(State.SENT, State.TAKEN_BACK);
    }
}
