package io.headrace.standalone;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A member of a group, in a process of its own, that writes down what it was assigned and what it
 * read, before it commits.
 *
 * <pre>
 * assigned GENERATION PARTITION…
 * read GENERATION PARTITION FIRST_OFFSET LAST_OFFSET
 * committed | refused
 * </pre>
 */
final class GroupMember {

    private final BufferedWriter journal;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private int generation = -1;

    private GroupMember(BufferedWriter journal, Map<String, Object> config) {
        this.journal = journal;
        consumer =
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Arguments: bootstrap server, topic, group, assignor, journal. Ends on SIGTERM. */
    public static void main(String[] args) throws Exception {
        try (BufferedWriter journal = Files.newBufferedWriter(Path.of(args[4]))) {
            GroupMember member =
                    new GroupMember(
                            journal,
                            Map.of(
                                    "bootstrap.servers", args[0],
                                    "group.id", args[2],
                                    "partition.assignment.strategy", args[3],
                                    "auto.offset.reset", "earliest",
                                    "enable.auto.commit", "false",
                                    "session.timeout.ms", "6000",
                                    "heartbeat.interval.ms", "500",
                                    "max.poll.records", "200"));
            Thread main = Thread.currentThread();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> member.leave(main)));
            member.run(args[1]);
        }
    }

    private void leave(Thread main) {
        consumer.wakeup();
        try {
            main.join(Duration.ofSeconds(20));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(String topic) throws IOException {
        consumer.subscribe(List.of(topic), new Assignments());
        try {
            while (true) {
                ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofMillis(200));
                if (!records.isEmpty()) {
                    write(records);
                    commit();
                }
            }
        } catch (WakeupException e) {
            write("leaves");
        } finally {
            consumer.close();
        }
    }

    private void write(ConsumerRecords<byte[], byte[]> records) throws IOException {
        for (TopicPartition partition : records.partitions()) {
            List<ConsumerRecord<byte[], byte[]>> run = records.records(partition);
            long first = run.getFirst().offset();
            long last = run.getLast().offset();
            if (last - first + 1 != run.size()) {
                throw new IllegalStateException("a hole in " + partition + " after " + first);
            }
            journal.write(
                    "read %d %d %d %d\n".formatted(generation, partition.partition(), first, last));
        }
        journal.flush();
    }

    private void commit() {
        try {
            consumer.commitSync();
            write("committed");
        } catch (CommitFailedException | RebalanceInProgressException e) {
            write("refused");
        }
    }

    private void write(String line) {
        try {
            journal.write(line + "\n");
            journal.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Assignments implements ConsumerRebalanceListener {

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            write("revoked " + partitions.size());
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            write("lost " + partitions.size());
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> added) {
            generation = consumer.groupMetadata().generationId();
            StringBuilder line = new StringBuilder("assigned ").append(generation);
            consumer.assignment().forEach(each -> line.append(' ').append(each.partition()));
            write(line.toString());
        }
    }
}
