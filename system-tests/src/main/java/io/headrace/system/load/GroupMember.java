package io.headrace.system.load;

import io.headrace.system.history.History.ReaderKind;
import io.headrace.system.history.Value;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A member of a group that commits what it read, about once a second. */
final class GroupMember extends Worker {

    static final Map<String, Object> SESSION =
            Map.of("session.timeout.ms", 10_000, "heartbeat.interval.ms", 1000);

    private static final long COMMIT_MS = 1000;

    private final String bootstrapServers;
    private final String group;
    private final List<String> topics;
    private final Positions positions;
    private final Journal journal;
    private final int number;
    private final Set<TopicPartition> fresh = new HashSet<>();
    private final Map<TopicPartition, OffsetAndMetadata> read = new HashMap<>();

    GroupMember(
            String name,
            String bootstrapServers,
            String group,
            List<String> topics,
            Positions positions,
            Journal journal) {
        super(name, journal);
        this.bootstrapServers = bootstrapServers;
        this.group = group;
        this.topics = List.copyOf(topics);
        this.positions = positions;
        this.journal = journal;
        this.number = journal.reader(ReaderKind.GROUP, group, name);
    }

    @Override
    void work() {
        Map<String, Object> settings =
                new HashMap<>(AssignedReader.settings(bootstrapServers, name()));
        settings.put("group.id", group);
        settings.put("auto.offset.reset", "earliest");
        settings.putAll(SESSION);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(topics, new Assignment(consumer));
            long committedMs = Journal.nowMs();
            while (!isStopping()) {
                poll(consumer);
                if (Journal.nowMs() - committedMs > COMMIT_MS) {
                    commit(consumer);
                    committedMs = Journal.nowMs();
                }
            }
            commit(consumer);
        }
    }

    private void poll(KafkaConsumer<byte[], byte[]> consumer) {
        try {
            for (ConsumerRecord<byte[], byte[]> each : consumer.poll(Duration.ofMillis(200))) {
                TopicPartition partition = new TopicPartition(each.topic(), each.partition());
                if (fresh.remove(partition)) {
                    journal.file().position(number, journal.number(partition), each.offset());
                }
                Value value = Value.parse(each.value());
                journal.file()
                        .read(
                                number,
                                journal.number(partition),
                                each.offset(),
                                value.producer(),
                                value.counter());
                read.put(partition, new OffsetAndMetadata(each.offset() + 1));
                positions.reach(partition, each.offset() + 1);
            }
        } catch (RetriableException e) {
            journal.mark(name() + ": " + e);
        } catch (KafkaException e) {
            journal.verdict("C22", name() + ": " + e);
            pause(500);
        }
    }

    private void commit(KafkaConsumer<byte[], byte[]> consumer) {
        if (read.isEmpty()) {
            return;
        }
        int generation = consumer.groupMetadata().generationId();
        read.forEach(
                (partition, offset) ->
                        journal.file()
                                .commit(
                                        number,
                                        generation,
                                        journal.number(partition),
                                        offset.offset()));
        try {
            consumer.commitSync(Map.copyOf(read), Duration.ofSeconds(10));
        } catch (CommitFailedException | RebalanceInProgressException | RetriableException e) {
            journal.mark(name() + " could not commit: " + e);
            return; // the same and more, the next time
        }
        read.forEach(
                (partition, offset) ->
                        journal.file()
                                .committed(
                                        number,
                                        generation,
                                        journal.number(partition),
                                        offset.offset()));
        read.clear();
    }

    private final class Assignment implements ConsumerRebalanceListener {

        private final KafkaConsumer<byte[], byte[]> consumer;

        Assignment(KafkaConsumer<byte[], byte[]> consumer) {
            this.consumer = consumer;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> given) {
            int generation = consumer.groupMetadata().generationId();
            for (TopicPartition partition : given) {
                fresh.add(partition);
                journal.file().owns(number, generation, journal.number(partition));
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> taken) {
            commit(consumer);
            onPartitionsLost(taken);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> taken) {
            taken.forEach(read::remove);
            taken.forEach(fresh::remove);
        }
    }
}
