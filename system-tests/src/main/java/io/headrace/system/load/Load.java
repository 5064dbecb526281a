package io.headrace.system.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** All clients of a run. One thread starts and stops them. */
public final class Load {

    private static final Duration END_MAX = Duration.ofSeconds(150);
    private static final String GROUP = "members";

    private final Journal journal;
    private final List<Worker> senders = new ArrayList<>();
    private final List<Worker> readers = new ArrayList<>();
    private final Positions ofGroup = new Positions();
    private final boolean withGroup;
    private final String group;

    /** Where a run's clients find the cluster. */
    public record Doors(String bootstrapServers, String gateway, String zooKeepers) {}

    /**
     * @param senders Kafka producers per topic
     * @param withGroup whether a group reads too
     */
    public Load(
            Doors doors, List<TestTopic> topics, int senders, boolean withGroup, Journal journal) {
        String bootstrapServers = doors.bootstrapServers();
        String gateway = doors.gateway();
        this.journal = journal;
        this.withGroup = withGroup;
        this.group = group(topics.getFirst().name());
        readers.add(new StateReader("states", doors.zooKeepers(), topics, journal));
        List<String> overKafka = new ArrayList<>();
        for (TestTopic topic : topics) {
            if (topic.isOverHttp()) {
                this.senders.add(
                        new GatewaySender("http-" + topic.name(), gateway, topic, journal));
                readers.add(new GatewayReader("follow-" + topic.name(), gateway, topic, journal));
                continue;
            }
            overKafka.add(topic.name());
            for (int i = 1; i <= senders; i++) {
                this.senders.add(
                        new KafkaSender(
                                "send-" + topic.name() + "-" + i,
                                bootstrapServers,
                                topic,
                                false,
                                journal));
            }
            if (topic.replicas() > 1) {
                this.senders.add(
                        new KafkaSender(
                                "once-" + topic.name(), bootstrapServers, topic, true, journal));
            }
        }
        List<TopicPartition> partitions =
                journal.partitions().stream()
                        .filter(partition -> overKafka.contains(partition.topic()))
                        .toList();
        readers.add(new AssignedReader("assigned", bootstrapServers, partitions, journal));
        if (withGroup) {
            List<String> every = topics.stream().map(TestTopic::name).toList();
            for (int i = 1; i <= 2; i++) {
                readers.add(
                        new GroupMember(
                                "member-" + i, bootstrapServers, group, every, ofGroup, journal));
            }
        }
    }

    /** Of those that read a run's topics together, by the first of them. */
    public static String group(String firstTopic) {
        return GROUP + "-" + firstTopic;
    }

    public boolean hasGroup() {
        return withGroup;
    }

    public String group() {
        return group;
    }

    public void start() {
        senders.forEach(Worker::start);
        readers.forEach(Worker::start);
    }

    /** Returns when every send has ended one way or the other. */
    public void stopSending() throws InterruptedException {
        senders.forEach(Worker::stop);
        awaitEnd(senders);
    }

    public void stopReading() throws InterruptedException {
        readers.forEach(Worker::stop);
        awaitEnd(readers);
    }

    private void awaitEnd(List<Worker> workers) throws InterruptedException {
        for (Worker worker : workers) {
            if (!worker.join(END_MAX)) {
                journal.verdict("C22", worker.name() + " does not end");
            }
        }
    }

    /** Whether those that read while others wrote are at these ends. */
    public boolean readersAreAt(Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> isAt(end.getKey(), end.getValue()));
    }

    private boolean isAt(TopicPartition partition, long end) {
        return (!withGroup || ofGroup.get(partition) >= end)
                && readers.stream()
                        .filter(Follower.class::isInstance)
                        .map(Follower.class::cast)
                        .anyMatch(each -> each.positions().get(partition) >= end);
    }
}
