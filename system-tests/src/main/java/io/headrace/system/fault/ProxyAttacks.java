package io.headrace.system.fault;

import io.headrace.system.cluster.Cluster;
import io.headrace.system.cluster.Node;
import io.headrace.system.load.Probes;
import io.headrace.system.proxy.Behaviour;
import io.headrace.system.proxy.LinkProxy;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

/** Links that are slow or lose replies, through proxies (F17, F20). */
final class ProxyAttacks {

    private static final short PRODUCE = 0;
    private static final short FETCH = 1;
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final short OFFSET_COMMIT = 8;
    private static final short CREATE_TOPICS = 19;
    private static final short COPIES = 3;
    private static final double LOST_FOR = 3;
    private static final double LENGTH = 15;
    private static final long PRODUCER = 1L << 40; // never handed out

    private ProxyAttacks() {}

    /** F17: every link between brokers. */
    static void slow(Field field) throws IOException {
        field.inTurn(
                List.of(Duration.ofMillis(500), Duration.ofMillis(50)),
                delay -> {
                    Quiet before = Quiet.before(field);
                    field.mark(delay + " and some more between brokers");
                    for (Node from : field.cluster().brokers()) {
                        for (Node to : field.brokersBut(from)) {
                            field.between(from, to)
                                    .behave(Behaviour.CLEAR.withDelay(delay, delay.dividedBy(2)));
                        }
                    }
                    field.attacked();
                    field.pause(LENGTH);
                    field.healNetwork();
                    field.settle();
                    boolean isShort = delay.compareTo(SHORT) <= 0;
                    // A follower may fall behind once when all is slow at once; not to and fro.
                    int most = isShort || !field.isAlone() ? 0 : field.clients().followers();
                    before.expectShrinks(most, "with " + delay + " on the way");
                });
    }

    /** F13: what stands between a leader, the others and its clients stays open, and is dumb. */
    static void halfOpen(Field field, Node leader) throws IOException {
        for (Node other : field.brokersBut(leader)) {
            field.between(other, leader).behave(Behaviour.CLEAR.halfOpen());
            field.between(leader, other).behave(Behaviour.CLEAR.halfOpen());
        }
        field.fromClients(leader).behave(Behaviour.CLEAR.halfOpen());
    }

    /**
     * F20: produces and commits are done, and nobody says so; then the connections break. Between
     * these produces and fetches are held on their way, and come late.
     */
    static void loseReplies(Field field) throws IOException {
        if (field.isAlone()) {
            expectSequences(field);
        }
        do {
            List<LinkProxy> links = new ArrayList<>();
            for (Node broker : field.cluster().brokers()) {
                links.add(field.fromClients(broker));
            }
            field.mark("replies are lost");
            if (field.isAlone()) {
                expectOneCreation(field, links);
            }
            for (int i = 0; i < 4; i++) {
                links.forEach(
                        link ->
                                link.behave(
                                        Behaviour.CLEAR.losingRepliesOf(PRODUCE, OFFSET_COMMIT)));
                field.pauseAbout(1, 3);
                links.forEach(LinkProxy::cut);
                field.attacked();
                links.forEach(link -> link.behave(Behaviour.CLEAR));
                links.forEach(LinkProxy::mend);
                field.pauseAbout(1, 2);
                links.forEach(link -> link.behave(Behaviour.CLEAR.holding(PRODUCE, FETCH)));
                field.pauseAbout(0.5, 2);
                links.forEach(link -> link.behave(Behaviour.CLEAR));
                field.pauseAbout(0.5, 1);
            }
            field.healNetwork();
            field.settle();
        } while (field.goesOn());
    }

    /** A topic is made once, however often it is asked for because nobody said that it is there. */
    private static void expectOneCreation(Field field, List<LinkProxy> links) throws IOException {
        String name = field.topic() + "-once";
        NewTopic topic = new NewTopic(name, 2, COPIES);
        try (Admin admin = field.clients().admin()) {
            links.forEach(link -> link.behave(Behaviour.CLEAR.losingRepliesOf(CREATE_TOPICS)));
            var made = admin.createTopics(List.of(topic)).all();
            field.pause(LOST_FOR);
            links.forEach(LinkProxy::cut);
            links.forEach(link -> link.behave(Behaviour.CLEAR));
            links.forEach(LinkProxy::mend);
            field.note("the creation whose reply was lost: " + outcome(made));
            field.expect(
                    field.clients().described(name).partitions().size() == 2,
                    "C9",
                    name + " is not there as it was asked for");
            String again = outcome(admin.createTopics(List.of(topic)).all());
            field.expect(
                    again.contains("TopicExistsException"),
                    "C9",
                    name + " was made again: " + again);
        }
    }

    private static String outcome(KafkaFuture<Void> change) {
        try {
            Clients.answer(change);
            return "done";
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** Of a producer that no stock client is: with gaps, before and after it has a new epoch. */
    private static void expectSequences(Field field) throws IOException {
        TopicPartition partition =
                new TopicPartition(field.clients().topicAt(field.anyBroker()), 0);
        Node leader = field.leader(partition.topic(), 0);
        InetSocketAddress door = new InetSocketAddress(leader.host().address(), Cluster.KAFKA_PORT);
        expectSequence(field, door, partition, 0, 0, Errors.NONE);
        expectSequence(field, door, partition, 0, 7, Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
        expectSequence(field, door, partition, 1, 7, Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
        expectSequence(field, door, partition, 1, 0, Errors.NONE);
        expectSequence(field, door, partition, 0, 1, Errors.INVALID_PRODUCER_EPOCH);
    }

    private static void expectSequence(
            Field field,
            InetSocketAddress door,
            TopicPartition partition,
            int epoch,
            int sequence,
            Errors due)
            throws IOException {
        Errors told = Probes.produce(door, partition, PRODUCER, (short) epoch, sequence);
        field.expect(
                told == due,
                "C3",
                "sequence "
                        + sequence
                        + " of producer epoch "
                        + epoch
                        + " is answered with "
                        + told);
    }
}
