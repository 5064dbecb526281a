package io.headrace.bench.kafka;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;

/** Topics of one side, through a stock admin client. */
final class Topics implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final Admin admin;

    Topics(String bootstrap) {
        admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap));
    }

    void create(String name, int partitions) throws IOException, InterruptedException {
        await(
                admin.createTopics(
                                List.of(
                                        new NewTopic(
                                                name, Optional.of(partitions), Optional.empty())))
                        .all());
    }

    /** A topic that one broker keeps alone. */
    void createSingle(String name, int partitions) throws IOException, InterruptedException {
        NewTopic topic =
                new NewTopic(name, partitions, (short) 1)
                        .configs(Map.of("min.insync.replicas", "1"));
        await(admin.createTopics(List.of(topic)).all());
    }

    void delete(String name) throws IOException, InterruptedException {
        await(admin.deleteTopics(List.of(name)).all());
    }

    /** The records in all partitions together. */
    long records(String name, int partitions) throws IOException, InterruptedException {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        for (int partition = 0; partition < partitions; partition++) {
            asked.put(new TopicPartition(name, partition), OffsetSpec.latest());
        }
        return await(admin.listOffsets(asked).all()).values().stream()
                .mapToLong(found -> found.offset())
                .sum();
    }

    /** Of the topic's first partition. */
    int leader(String name) throws IOException, InterruptedException {
        return firstPartition(name).leader().id();
    }

    /** Waits until so many replicas of the topic's first partition are in sync. */
    void awaitInSync(String name, int replicas, Duration wait)
            throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + wait.toNanos();
        while (firstPartition(name).isr().size() < replicas) {
            if (System.nanoTime() > deadlineNs) {
                throw new IOException(
                        name + " does not get " + replicas + " replicas in sync within " + wait);
            }
            Thread.sleep(100);
        }
    }

    /** Waits until each partition of all these topics has a leader and so many in sync. */
    void awaitAllInSync(List<String> names, int replicas, long waitSeconds)
            throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(waitSeconds);
        while (!areAllInSync(names, replicas)) {
            if (System.nanoTime() > deadlineNs) {
                throw new IOException("not all are in sync within " + waitSeconds + " s");
            }
            Thread.sleep(100);
        }
    }

    private boolean areAllInSync(List<String> names, int replicas)
            throws IOException, InterruptedException {
        return await(admin.describeTopics(names).allTopicNames()).values().stream()
                .flatMap(topic -> topic.partitions().stream())
                .allMatch(each -> each.leader() != null && each.isr().size() == replicas);
    }

    private TopicPartitionInfo firstPartition(String name)
            throws IOException, InterruptedException {
        return await(admin.describeTopics(List.of(name)).allTopicNames())
                .values()
                .iterator()
                .next()
                .partitions()
                .getFirst();
    }

    private static <T> T await(KafkaFuture<T> future) throws IOException, InterruptedException {
        try {
            return future.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("an admin call failed: " + e, e);
        }
    }

    @Override
    public void close() {
        admin.close(TIMEOUT);
    }
}
