package io.headrace.system.fault;

import io.headrace.system.cluster.AdminView;
import io.headrace.system.cluster.Cluster;
import io.headrace.system.cluster.Node;
import io.headrace.system.cluster.Waiting;
import io.headrace.system.load.Journal;
import io.headrace.system.proxy.LinkProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What an attack works on: the cluster, chance, and the time that is left. */
final class Field {

    private static final Duration COME_BACK = Duration.ofMinutes(2);
    private static final Duration SETTLE = Duration.ofMinutes(1);
    private static final Duration SETTLE_IN_PAIR = Duration.ofSeconds(5);
    private static final int REQUEST_MAX_MS = 10_000;
    private static final int ANSWER_MAX_MS = 20_000;
    private static final int POLLS = 20;

    private final Cluster cluster;
    private final Journal journal;
    private final String topic;
    private final int partitions;
    private final Random random;
    private final long endNs;
    private final boolean isOfPair;
    private final List<LinkProxy> proxies = new ArrayList<>();

    /**
     * @param topic that is attacked, three times replicated
     */
    Field(
            Cluster cluster,
            Journal journal,
            String topic,
            int partitions,
            long seed,
            Duration length) {
        this(cluster, journal, topic, partitions, new Random(seed), length, false);
    }

    private Field(
            Cluster cluster,
            Journal journal,
            String topic,
            int partitions,
            Random random,
            Duration length,
            boolean isOfPair) {
        this.cluster = cluster;
        this.journal = journal;
        this.topic = topic;
        this.partitions = partitions;
        this.random = random;
        this.endNs = System.nanoTime() + length.toNanos();
        this.isOfPair = isOfPair;
    }

    /**
     * For one of two attacks at once, for a shorter time and with chance of its own: what does not
     * come back is the other one's doing, and is judged when both are over.
     */
    Field ofPair(long lengthNs) {
        return new Field(
                cluster,
                journal,
                topic,
                partitions,
                new Random(random.nextLong()),
                Duration.ofNanos(lengthNs),
                true);
    }

    boolean goesOn() {
        return System.nanoTime() < endNs;
    }

    Cluster cluster() {
        return cluster;
    }

    Random random() {
        return random;
    }

    void mark(String text) {
        journal.mark(text);
    }

    void wrong(String check, String text) {
        if (isOfPair) {
            mark("in a pair: " + text);
        } else {
            journal.verdict(check, text);
        }
    }

    void pause(double seconds) throws IOException {
        Waiting.pause(Duration.ofMillis((long) (seconds * 1000)));
    }

    /** Seconds between these two. */
    void pauseAbout(double least, double most) throws IOException {
        pause(least + random.nextDouble() * (most - least));
    }

    /** Of a partition by chance. */
    Node leader() throws IOException {
        return leader(topic, random.nextInt(partitions));
    }

    Node leader(String ofTopic, int partition) throws IOException {
        int[] found = {-1};
        AdminView admin = cluster.admin();
        boolean isThere =
                Waiting.until(
                        SETTLE,
                        () -> {
                            found[0] = admin.leader(ofTopic, partition);
                            return found[0] > 0;
                        });
        if (!isThere) {
            wrong("C22", ofTopic + "-" + partition + " has no leader after " + SETTLE);
            return cluster.broker(1);
        }
        return cluster.broker(found[0]);
    }

    String topic() {
        return topic;
    }

    int partitions() {
        return partitions;
    }

    Node anyBroker() {
        return cluster.brokers().get(random.nextInt(cluster.brokers().size()));
    }

    List<Node> brokersInAnyOrder() {
        List<Node> all = new ArrayList<>(cluster.brokers());
        Collections.shuffle(all, random);
        return all;
    }

    List<Node> brokersBut(Node one) {
        return cluster.brokers().stream().filter(each -> each != one).toList();
    }

    List<Node> coordination() {
        List<Node> nodes = new ArrayList<>(cluster.zooKeepers());
        nodes.addAll(cluster.admins());
        return nodes;
    }

    /** Packets between them are lost, both ways. */
    void cut(Node one, List<Node> others) throws IOException {
        for (Node other : others) {
            one.host().treatFrom(other.host().address(), "-j", "DROP");
            other.host().treatFrom(one.host().address(), "-j", "DROP");
        }
    }

    /** From now on one broker's connections to another one go through a proxy. */
    LinkProxy between(Node from, Node to) throws IOException {
        LinkProxy proxy = proxyTo(to);
        from.host()
                .redirectTo(
                        to.host().address(),
                        Cluster.KAFKA_PORT,
                        cluster.machine().proxyAddress(),
                        proxy.port());
        return proxy;
    }

    /** From now on the clients' connections to a broker go through a proxy. */
    LinkProxy fromClients(Node to) throws IOException {
        LinkProxy proxy = proxyTo(to);
        to.host()
                .redirectFrom(
                        cluster.machine().ownAddress(),
                        Cluster.KAFKA_PORT,
                        cluster.machine().proxyAddress(),
                        proxy.port());
        return proxy;
    }

    private LinkProxy proxyTo(Node to) throws IOException {
        LinkProxy proxy =
                LinkProxy.open(
                        InetAddress.getByName(cluster.machine().proxyAddress()),
                        new InetSocketAddress(to.host().address(), Cluster.KAFKA_PORT),
                        true);
        proxies.add(proxy);
        return proxy;
    }

    void healNetwork() throws IOException {
        for (Node node : cluster.nodes()) {
            node.host().heal();
        }
        for (LinkProxy proxy : proxies) {
            proxy.close();
        }
        proxies.clear();
        mark("network healed");
    }

    /** Starts it and waits until it is ready. */
    void startAgain(Node node) throws IOException {
        mark("start " + node);
        node.start();
        awaitReady(node);
    }

    void awaitReady(Node node) throws IOException {
        long startNs = System.nanoTime();
        if (!Cluster.awaitReady(node, COME_BACK)) {
            wrong("C22", node + " did not come back within " + COME_BACK);
            return;
        }
        mark(node + " is ready after " + (System.nanoTime() - startNs) / 1_000_000 + " ms");
    }

    /** Waits until all replicas of the attacked topic are in sync again. */
    void settle() throws IOException {
        Duration bound = isOfPair ? SETTLE_IN_PAIR : SETTLE;
        if (!Waiting.until(bound, () -> inSyncEverywhere(cluster.brokers().size()))) {
            wrong("C22", "not all replicas of " + topic + " are in sync after " + bound);
        }
    }

    private boolean inSyncEverywhere(int count) throws IOException {
        for (int p = 0; p < partitions; p++) {
            if (inSync(p) < count) {
                return false;
            }
        }
        return true;
    }

    private long inSync(int partition) throws IOException {
        return cluster.admin().replicas(topic, partition).stream()
                .filter(AdminView.Replica::isInSync)
                .count();
    }

    /** Waits until this broker is in sync nowhere in the attacked topic, or the bound passes. */
    boolean awaitOut(Node broker, Duration bound) throws IOException {
        int id = cluster.brokers().indexOf(broker) + 1;
        return Waiting.until(
                bound,
                () -> {
                    for (int p = 0; p < partitions; p++) {
                        if (cluster.admin().replicas(topic, p).stream()
                                .anyMatch(each -> each.broker() == id && each.isInSync())) {
                            return false;
                        }
                    }
                    return true;
                });
    }

    /** A client that reads the attacked topic from its start, whatever is answered. */
    void readFromStart(double seconds) throws IOException {
        long untilNs = System.nanoTime() + (long) (seconds * TimeUnit.SECONDS.toNanos(1));
        List<TopicPartition> all =
                IntStream.range(0, partitions).mapToObj(p -> new TopicPartition(topic, p)).toList();
        while (System.nanoTime() < untilNs) {
            try (KafkaConsumer<byte[], byte[]> reader =
                    new KafkaConsumer<>(
                            Map.of(
                                    "bootstrap.servers",
                                    cluster.bootstrapServers(),
                                    "request.timeout.ms",
                                    REQUEST_MAX_MS,
                                    "default.api.timeout.ms",
                                    ANSWER_MAX_MS),
                            new ByteArrayDeserializer(),
                            new ByteArrayDeserializer())) {
                reader.assign(all);
                reader.seekToBeginning(all);
                long read = 0;
                for (int i = 0; i < POLLS && System.nanoTime() < untilNs; i++) {
                    read += reader.poll(Duration.ofMillis(200)).count();
                }
                mark("read " + read + " from the start");
            } catch (KafkaException e) {
                mark("a reader from the start: " + e);
                pause(0.5);
            }
        }
    }

    /** Of Kafka's own tools and protocol. */
    Admin adminClient() {
        return Admin.create(
                Map.of(
                        "bootstrap.servers",
                        cluster.bootstrapServers(),
                        "request.timeout.ms",
                        REQUEST_MAX_MS,
                        "default.api.timeout.ms",
                        ANSWER_MAX_MS));
    }

    /** What the brokers answer. */
    static <T> T answer(KafkaFuture<T> future) throws IOException {
        try {
            return future.get(2 * ANSWER_MAX_MS, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(
                    "the brokers did not do what was asked: "
                            + (e.getCause() == null ? e : e.getCause()),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    TopicPartition anyPartition() {
        return new TopicPartition(topic, random.nextInt(partitions));
    }
}
