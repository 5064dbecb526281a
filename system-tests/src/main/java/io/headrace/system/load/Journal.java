package io.headrace.system.load;

import io.headrace.system.history.History;
import io.headrace.system.history.HistoryFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The history of a run with its numbers: hands out those of partitions, producers and readers, and
 * knows when each partition last acknowledged a value.
 */
public final class Journal {

    private final HistoryFile file;
    private final Map<TopicPartition, Integer> numbers = new HashMap<>();
    private final List<TopicPartition> partitions = new ArrayList<>();
    private final AtomicLongArray lastOkMs;
    private final AtomicLongArray lastOkInvokedMs;
    private final AtomicLongArray longestStallMs;
    private final Latencies[] latencies;
    private final AtomicLongArray failedOverKafka;
    private final AtomicLong failedOverHttp = new AtomicLong();
    private int producers;
    private int readers;

    public Journal(HistoryFile file, List<TestTopic> topics) {
        this.file = file;
        for (TestTopic topic : topics) {
            for (int p = 0; p < topic.partitions(); p++) {
                TopicPartition partition = new TopicPartition(topic.name(), p);
                numbers.put(partition, partitions.size());
                file.partition(partitions.size(), partition.toString());
                partitions.add(partition);
            }
        }
        this.lastOkMs = new AtomicLongArray(partitions.size());
        this.lastOkInvokedMs = new AtomicLongArray(partitions.size());
        this.longestStallMs = new AtomicLongArray(partitions.size());
        this.failedOverKafka = new AtomicLongArray(partitions.size());
        this.latencies = new Latencies[partitions.size()];
        Arrays.setAll(latencies, i -> new Latencies());
    }

    /** In the order of their numbers. */
    public List<TopicPartition> partitions() {
        return List.copyOf(partitions);
    }

    int number(TopicPartition partition) {
        Integer number = numbers.get(partition);
        if (number == null) {
            throw new IllegalArgumentException(partition + " is not of this run");
        }
        return number;
    }

    /**
     * @param idempotent whether a value may land only once
     */
    synchronized int producer(String name, boolean idempotent) {
        file.producer(producers, name, idempotent);
        return producers++;
    }

    synchronized int reader(History.ReaderKind kind, String group, String name) {
        file.reader(readers, kind, group, name);
        return readers++;
    }

    HistoryFile file() {
        return file;
    }

    static long nowMs() {
        return System.currentTimeMillis();
    }

    void ok(int producer, long counter, int partition, long offset, long invokedMs) {
        long nowMs = nowMs();
        file.ok(producer, counter, offset, nowMs);
        long before = lastOkMs.getAndSet(partition, nowMs);
        if (before > 0) {
            longestStallMs.accumulateAndGet(partition, nowMs - before, Math::max);
        }
        lastOkInvokedMs.accumulateAndGet(partition, invokedMs, Math::max);
        latencies[partition].took(nowMs - invokedMs);
    }

    /** From now on the times of acknowledgements are counted anew. */
    public void beginLatencies() {
        for (Latencies each : latencies) {
            each.clear();
        }
    }

    /** What 99 of 100 acknowledgements took at most, about; -1 when there were none. */
    public long p99Ms(TopicPartition partition) {
        return latencies[number(partition)].p99Ms();
    }

    /** A send over Kafka's protocol was given up by its client. */
    void failedOverKafka(int partition) {
        failedOverKafka.incrementAndGet(partition);
    }

    void failedOverHttp() {
        failedOverHttp.incrementAndGet();
    }

    /** Sends that a client gave up, or that were answered with an error. */
    public String failures() {
        return failuresOverKafka(each -> true) + " over Kafka, " + failedOverHttp + " over HTTP";
    }

    /** Of these topics. */
    public long failuresOverKafka(Predicate<String> topics) {
        return partitions.stream()
                .filter(each -> topics.test(each.topic()))
                .mapToLong(each -> failedOverKafka.get(number(each)))
                .sum();
    }

    public long failuresOverHttp() {
        return failedOverHttp.get();
    }

    /** From now on stalls are counted; a partition that never acknowledged stalls from here. */
    public void beginStalls() {
        long nowMs = nowMs();
        for (int i = 0; i < lastOkMs.length(); i++) {
            lastOkMs.set(i, nowMs);
            longestStallMs.set(i, 0);
        }
    }

    /** The longest time without an acknowledgement, also one that lasts. */
    public long longestStallMs(TopicPartition partition) {
        int number = number(partition);
        return Math.max(longestStallMs.get(number), nowMs() - lastOkMs.get(number));
    }

    /** Whether a value that was sent after this was acknowledged. */
    public boolean wentOnSince(TopicPartition partition, long sinceMs) {
        return lastOkInvokedMs.get(number(partition)) > sinceMs;
    }

    public void mark(String text) {
        file.mark(nowMs(), text);
    }

    /** What a group has committed, as somebody is told who asks when all is over. */
    public void committedAtEnd(String group, Map<TopicPartition, OffsetAndMetadata> committed) {
        int number = reader(History.ReaderKind.GROUP, group, "asked at the end");
        for (TopicPartition partition : partitions) {
            OffsetAndMetadata offset = committed.get(partition);
            file.position(number, number(partition), offset == null ? 0 : offset.offset());
        }
    }

    /** Something found wrong during the run. */
    public void verdict(String check, String text) {
        file.verdict(check, text);
    }
}
