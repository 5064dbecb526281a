package io.headrace.system.fault;

import io.headrace.system.cluster.AdminView;
import io.headrace.system.cluster.Cluster;
import io.headrace.system.cluster.Node;
import io.headrace.system.cluster.Waiting;
import io.headrace.system.load.Journal;
import io.headrace.system.load.TestTopic;
import io.headrace.system.proxy.LinkProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;

/** What an attack works on: the cluster, chance, and the time that is left. */
final class Field {

    private static final Duration COME_BACK = Duration.ofMinutes(2);
    private static final Duration SETTLE = Duration.ofMinutes(1);
    private static final Duration SETTLE_IN_PAIR = Duration.ofSeconds(5);
    private static final long FAST_MS = 1500;

    /**
     * A session of six seconds, an election, and clients that wait for ten before they ask anew.
     */
    private static final Duration PROGRESS_MAX = Duration.ofSeconds(45);

    private final Cluster cluster;
    private final Journal journal;
    private final TestTopic target;
    private final String topic;
    private final int partitions;
    private final Random random;
    private final long endNs;
    private final boolean isOfPair;
    private final Runnable atBegin;
    private final AtomicInteger attacks = new AtomicInteger();
    private final Clients clients = new Clients(this);
    private final List<LinkProxy> proxies = new ArrayList<>();

    /**
     * @param target that is attacked, three times replicated
     * @param atBegin told when something is done for the first time; later calls do nothing
     */
    Field(
            Cluster cluster,
            Journal journal,
            TestTopic target,
            long seed,
            Duration length,
            Runnable atBegin) {
        this(cluster, journal, target, new Random(seed), length, false, atBegin);
    }

    private Field(
            Cluster cluster,
            Journal journal,
            TestTopic target,
            Random random,
            Duration length,
            boolean isOfPair,
            Runnable atBegin) {
        this.cluster = cluster;
        this.journal = journal;
        this.target = target;
        this.topic = target.name();
        this.partitions = target.partitions();
        this.random = random;
        this.endNs = System.nanoTime() + length.toNanos();
        this.isOfPair = isOfPair;
        this.atBegin = atBegin;
    }

    /**
     * For one of two attacks at once, for a shorter time and with chance of its own: what does not
     * come back is the other one's doing, and is judged when both are over.
     */
    Field ofPair(long lengthNs) {
        return new Field(
                cluster,
                journal,
                target,
                new Random(random.nextLong()),
                Duration.ofNanos(lengthNs),
                true,
                atBegin);
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

    /** What is done to one variant, node or the like. */
    @FunctionalInterface
    interface Variant<T> {
        void attack(T what) throws IOException;
    }

    /**
     * Attacks with one after the other until the time is over, with all of them at least once; one
     * of a pair with one by chance.
     */
    <T> void inTurn(List<T> variants, Variant<T> attack) throws IOException {
        int least = isOfPair ? 1 : variants.size();
        int first = isOfPair ? random.nextInt(variants.size()) : 0;
        for (int i = 0; i < least || goesOn(); i++) {
            attack.attack(variants.get((first + i) % variants.size()));
        }
    }

    /** Says what is done next; with the first of it the fault begins. */
    void mark(String text) {
        atBegin.run();
        journal.mark(text);
    }

    /** Says something that is no part of the fault: its time does not begin with it. */
    void note(String text) {
        journal.mark(text);
    }

    /** What was meant to happen did happen. */
    void attacked() {
        attacks.incrementAndGet();
    }

    /** How often something happened. */
    int attacks() {
        return attacks.get();
    }

    /** Whether nothing else goes on, so that what is seen is this attack's doing. */
    boolean isAlone() {
        return !isOfPair;
    }

    void expect(boolean holds, String check, String otherwise) {
        if (!holds) {
            wrong(check, otherwise);
        }
    }

    Clients clients() {
        return clients;
    }

    Journal journal() {
        return journal;
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
        attacked();
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
        journal.mark("network healed");
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

    /**
     * Whoever has nothing to do with a trouble does not feel it.
     *
     * @param troubled what these lead is not looked at
     */
    void expectFastSends(List<Node> troubled) throws IOException {
        for (int p = 0; p < partitions; p++) {
            TopicPartition partition = new TopicPartition(topic, p);
            long ms = journal.p99Ms(partition);
            Node leader = leader(topic, p);
            mark("p99 of " + partition + " at " + leader + ": " + ms + " ms");
            expect(
                    ms <= FAST_MS || troubled.contains(leader),
                    "C22",
                    "99 of 100 sends to " + partition + " took " + ms + " ms");
        }
    }

    /**
     * Waits until values that are sent from now on are acknowledged in every partition, although
     * the fault lasts: others take over, and do not wait for its end. In a pair it expects nothing.
     */
    void awaitProgress(String during) throws IOException {
        if (isOfPair) {
            return;
        }
        long sinceMs = System.currentTimeMillis();
        Waiting.until(PROGRESS_MAX, () -> haveProgressed(sinceMs).size() == partitions);
        note((System.currentTimeMillis() - sinceMs) + " ms to the first records " + during);
        expectProgress(sinceMs, during);
    }

    /** What was sent since is acknowledged, in every partition. */
    void expectProgress(long sinceMs, String during) {
        List<TopicPartition> progressed = haveProgressed(sinceMs);
        for (int p = 0; p < partitions; p++) {
            TopicPartition partition = new TopicPartition(topic, p);
            expect(
                    progressed.contains(partition),
                    "C22",
                    partition + " acknowledged nothing " + during);
        }
    }

    private List<TopicPartition> haveProgressed(long sinceMs) {
        return IntStream.range(0, partitions)
                .mapToObj(p -> new TopicPartition(topic, p))
                .filter(each -> journal.wentOnSince(each, sinceMs))
                .toList();
    }

    /** Whether it leads a partition of the attacked topic. */
    boolean leads(Node broker) throws IOException {
        for (int p = 0; p < partitions; p++) {
            if (cluster.admin().leader(topic, p) == id(broker)) {
                return true;
            }
        }
        return false;
    }

    /** Waits until this broker leads nothing of the attacked topic, which others take over. */
    void awaitNotLeading(Node broker) throws IOException {
        if (isOfPair) {
            return;
        }
        AdminView admin = cluster.admin();
        expect(
                Waiting.until(
                        PROGRESS_MAX,
                        () -> {
                            for (int p = 0; p < partitions; p++) {
                                int leader = admin.leader(topic, p);
                                if (leader < 0 || leader == id(broker)) {
                                    return false;
                                }
                            }
                            return true;
                        }),
                "C22",
                broker + " still leads, or nobody does, after " + PROGRESS_MAX);
    }

    /** The admin-services, the controller first. */
    List<Node> adminsInOrder() throws IOException {
        List<Node> all = new ArrayList<>(cluster.admins());
        all.sort(Comparator.comparing(each -> !isController(each)));
        return all;
    }

    private static boolean isController(Node admin) {
        try {
            return admin.get("/actuator/health").body().contains("\"isController\":true");
        } catch (IOException e) {
            return false;
        }
    }

    /** Waits until this broker is in sync nowhere in the attacked topic, or the bound passes. */
    boolean awaitOut(Node broker, Duration bound) throws IOException {
        return Waiting.until(bound, () -> partitionsInSync(broker) == 0);
    }

    /** Waits until it is not in sync in some partition, or the bound passes. */
    boolean awaitAnyOut(Node broker, Duration bound) throws IOException {
        return Waiting.until(bound, () -> partitionsInSync(broker) < partitions);
    }

    private int partitionsInSync(Node broker) throws IOException {
        int id = id(broker);
        int count = 0;
        for (int p = 0; p < partitions; p++) {
            if (cluster.admin().replicas(topic, p).stream()
                    .anyMatch(each -> each.broker() == id && each.isInSync())) {
                count++;
            }
        }
        return count;
    }

    int id(Node broker) {
        return cluster.brokers().indexOf(broker) + 1;
    }

    TopicPartition anyPartition() {
        return new TopicPartition(topic, random.nextInt(partitions));
    }
}
