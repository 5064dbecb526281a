package io.headrace.system.load;

import io.headrace.system.history.History.ReaderKind;
import io.headrace.system.history.Value;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads every partition from its start to its end with a fresh client, after the run. */
public final class FinalReader {

    private final String bootstrapServers;
    private final Journal journal;

    public FinalReader(String bootstrapServers, Journal journal) {
        this.bootstrapServers = bootstrapServers;
        this.journal = journal;
    }

    /**
     * What was not read within the bound is missing in the history, and so judged.
     *
     * @return where each log ends
     */
    public Map<TopicPartition, Long> readAll(Duration bound) {
        Map<TopicPartition, Long> ends = new HashMap<>();
        long deadlineNs = System.nanoTime() + bound.toNanos();
        for (TopicPartition partition : journal.partitions()) {
            int reader = journal.reader(ReaderKind.FINAL, "", "final-" + partition);
            try (KafkaConsumer<byte[], byte[]> consumer =
                    new KafkaConsumer<>(
                            AssignedReader.settings(bootstrapServers, "final-" + partition),
                            new ByteArrayDeserializer(),
                            new ByteArrayDeserializer())) {
                ends.put(partition, read(consumer, partition, reader, deadlineNs));
            } catch (KafkaException e) {
                journal.verdict("C22", partition + " cannot be read at the end: " + e);
            }
        }
        return ends;
    }

    private long read(
            KafkaConsumer<byte[], byte[]> consumer,
            TopicPartition partition,
            int reader,
            long deadlineNs) {
        List<TopicPartition> one = List.of(partition);
        long start = consumer.beginningOffsets(one).getOrDefault(partition, 0L);
        long end = consumer.endOffsets(one).getOrDefault(partition, 0L);
        int number = journal.number(partition);
        if (start > 0) {
            // Nothing is removed from these topics; the checker would take it for retention.
            journal.verdict("C1", partition + " begins at " + start);
        }
        consumer.assign(one);
        consumer.seek(partition, start);
        journal.file().position(reader, number, start);
        long next = start;
        while (next < end && System.nanoTime() < deadlineNs) {
            for (ConsumerRecord<byte[], byte[]> each : consumer.poll(Duration.ofMillis(200))) {
                Value value = Value.parse(each.value());
                journal.file()
                        .read(reader, number, each.offset(), value.producer(), value.counter());
                next = each.offset() + 1;
            }
        }
        if (next < end) {
            journal.verdict("C22", partition + " ends at " + end + " and was read to " + next);
        }
        journal.file().bounds(reader, number, start, Math.max(end, next));
        return end;
    }
}
