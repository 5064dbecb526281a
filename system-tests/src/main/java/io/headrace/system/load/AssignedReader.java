package io.headrace.system.load;

import io.headrace.system.history.History.ReaderKind;
import io.headrace.system.history.Value;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A Kafka consumer of given partitions; also looks where the logs begin and end. */
final class AssignedReader extends Worker implements Follower {

    private static final long LOOK_MS = 1000;
    private static final Duration LOOK_MAX = Duration.ofMillis(500);

    private final String bootstrapServers;
    private final List<TopicPartition> partitions;
    private final Journal journal;
    private final Positions positions = new Positions();
    private final int number;
    private final int bounds;

    AssignedReader(
            String name,
            String bootstrapServers,
            List<TopicPartition> partitions,
            Journal journal) {
        super(name, journal);
        this.bootstrapServers = bootstrapServers;
        this.partitions = List.copyOf(partitions);
        this.journal = journal;
        this.number = journal.reader(ReaderKind.ASSIGNED, "", name);
        this.bounds = journal.reader(ReaderKind.ASSIGNED, "", name + "-bounds");
    }

    @Override
    public Positions positions() {
        return positions;
    }

    static Map<String, Object> settings(String bootstrapServers, String name) {
        return Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "client.id",
                name,
                "enable.auto.commit",
                false,
                "auto.offset.reset",
                "none",
                "request.timeout.ms",
                10_000,
                "default.api.timeout.ms",
                20_000,
                "fetch.max.wait.ms",
                250);
    }

    @Override
    void work() {
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        settings(bootstrapServers, name()),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            consumer.assign(partitions);
            partitions.forEach(partition -> begin(consumer, partition));
            long lookedMs = Journal.nowMs();
            while (!isStopping()) {
                poll(consumer);
                if (Journal.nowMs() - lookedMs > LOOK_MS) {
                    look(consumer);
                    lookedMs = Journal.nowMs();
                }
            }
        }
    }

    private void begin(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition) {
        consumer.seek(partition, 0);
        journal.file().position(number, journal.number(partition), 0);
        positions.put(partition, 0);
    }

    private void poll(KafkaConsumer<byte[], byte[]> consumer) {
        try {
            for (ConsumerRecord<byte[], byte[]> each : consumer.poll(Duration.ofMillis(200))) {
                TopicPartition partition = new TopicPartition(each.topic(), each.partition());
                Value value = Value.parse(each.value());
                journal.file()
                        .read(
                                number,
                                journal.number(partition),
                                each.offset(),
                                value.producer(),
                                value.counter());
                positions.put(partition, each.offset() + 1);
            }
        } catch (OffsetOutOfRangeException e) {
            // Nothing is removed from these topics, and what was read was committed.
            journal.verdict("C8", name() + " stands outside the log: " + e.getMessage());
            e.partitions().forEach(partition -> begin(consumer, partition));
        } catch (RetriableException e) {
            journal.mark(name() + ": " + e);
        } catch (KafkaException e) {
            journal.verdict("C22", name() + ": " + e);
            pause(500);
        }
    }

    private void look(KafkaConsumer<byte[], byte[]> consumer) {
        try {
            // In this order a start is never beyond the end that is told after it.
            Map<TopicPartition, Long> starts = consumer.beginningOffsets(partitions, LOOK_MAX);
            consumer.endOffsets(partitions, LOOK_MAX)
                    .forEach(
                            (partition, end) ->
                                    journal.file()
                                            .bounds(
                                                    bounds,
                                                    journal.number(partition),
                                                    starts.getOrDefault(partition, 0L),
                                                    end));
        } catch (TimeoutException e) {
            journal.mark(name() + " was not told where the logs begin and end");
        }
    }
}
