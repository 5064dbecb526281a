package io.headrace.system.fault;

import io.headrace.system.check.Checker;
import io.headrace.system.check.Judgement;
import io.headrace.system.cluster.Cluster;
import io.headrace.system.cluster.Node;
import io.headrace.system.cluster.Traces;
import io.headrace.system.cluster.Usage;
import io.headrace.system.cluster.Waiting;
import io.headrace.system.fault.Plan.Demands;
import io.headrace.system.fault.Plan.Kind;
import io.headrace.system.history.HistoryFile;
import io.headrace.system.load.FinalReader;
import io.headrace.system.load.Journal;
import io.headrace.system.load.Load;
import io.headrace.system.load.TestTopic;
import io.headrace.testkit.replica.ReplicasEqual;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * One plan on a cluster, with topics and a history of its own: warm-up, faults, heal, recovery,
 * final read, comparison of the replicas, judgement.
 */
public final class FaultRun {

    private static final Duration WARM_UP = Duration.ofSeconds(5);
    private static final Duration COME_BACK = Duration.ofMinutes(2);
    private static final Duration GO_ON = Duration.ofMinutes(1);
    private static final Duration CATCH_UP = Duration.ofMinutes(1);

    /** Keep-alive takes 90 s to notice a peer whose reset was lost. */
    private static final Duration VANISHED = Duration.ofSeconds(110);

    private static final Duration REPAIR = Duration.ofSeconds(30);
    private static final Duration READ_ALL = Duration.ofMinutes(2);
    private static final int SENDERS = 2;

    private final Cluster cluster;
    private final Plan plan;
    private final long seed;
    private final String suffix;
    private final Path history;
    private Map<Traces.Place, Traces.Trace> traces = Map.of();

    /**
     * What a run showed.
     *
     * @param stalls longest time without an acknowledgement, per topic, in ms
     * @param traces what could be seen of the fault first
     */
    public record Outcome(
            Plan plan,
            long seed,
            Judgement judgement,
            Map<String, Long> stalls,
            Map<Traces.Place, Traces.Trace> traces,
            long seconds,
            Path history) {

        /** Whether it is as the plan demands. */
        public boolean isGood() {
            return judgement.isSound() || plan.demands() == Demands.NOTHING;
        }
    }

    /**
     * @param number of the run on this cluster
     */
    public FaultRun(Cluster cluster, Plan plan, long seed, int number) {
        this.cluster = cluster;
        this.plan = plan;
        this.seed = seed;
        this.suffix = "-" + number;
        this.history =
                cluster.machine().folder().resolve("history-" + plan.name() + "-" + seed + suffix);
    }

    public Outcome run() throws IOException, InterruptedException {
        long startNs = System.nanoTime();
        List<TestTopic> topics = topics();
        Map<String, Long> stalls;
        try (HistoryFile file = HistoryFile.create(history)) {
            Journal journal = new Journal(file, topics);
            journal.mark("plan " + plan.name() + ", seed " + seed);
            for (TestTopic topic : topics) {
                cluster.admin()
                        .createTopic(
                                topic.name(),
                                topic.partitions(),
                                topic.replicas(),
                                topic.configs());
            }
            awaitLeaders(topics);
            stalls = underLoad(topics, journal);
        }
        Judgement judgement = Checker.check(history);
        long seconds = Duration.ofNanos(System.nanoTime() - startNs).toSeconds();
        return new Outcome(plan, seed, judgement, stalls, traces, seconds, history);
    }

    /**
     * A leader takes any sequence of a producer that it does not know, as Kafka does. Should it
     * refuse the first record of a new topic and take the second, the first one is refused for
     * ever; so nothing is sent before all lead.
     */
    private void awaitLeaders(List<TestTopic> topics) throws IOException {
        Map<TopicPartition, OffsetSpec> all = new HashMap<>();
        for (TestTopic topic : topics) {
            for (int p = 0; p < topic.partitions(); p++) {
                all.put(new TopicPartition(topic.name(), p), OffsetSpec.latest());
            }
        }
        try (Admin admin = Clients.admin(cluster)) {
            Waiting.until(GO_ON, () -> !Clients.answer(admin.listOffsets(all).all()).isEmpty());
        }
    }

    private List<TestTopic> topics() {
        // Small segments, so that there are some that are sealed, and scrubbed.
        Map<String, String> two = Map.of("min.insync.replicas", "2", "segment.bytes", "25000");
        Map<String, String> flushed = Map.of("min.insync.replicas", "2", "flush.on.ack", "true");
        // A single copy outlives a power cut only when it is flushed first (decision page 0009).
        TestTopic alone =
                new TestTopic("alone" + suffix, 3, 1, Map.of("flush.on.ack", "true"), false, 25);
        if (plan.demands() == Demands.OF_FLUSHED) {
            return List.of(
                    new TestTopic("flushed" + suffix, 4, 3, flushed, false, 100),
                    alone,
                    new TestTopic("web" + suffix, 2, 3, flushed, true, 20));
        }
        if (plan.demands() == Demands.OF_REPLICATED) {
            return List.of(
                    new TestTopic("kept" + suffix, 4, 3, two, false, 100),
                    new TestTopic("web" + suffix, 2, 3, two, true, 20));
        }
        return List.of(
                new TestTopic("kept" + suffix, 4, 3, two, false, 100),
                new TestTopic("flushed" + suffix, 2, 3, flushed, false, 25),
                alone,
                new TestTopic("web" + suffix, 2, 3, two, true, 20));
    }

    private Map<String, Long> underLoad(List<TestTopic> topics, Journal journal)
            throws IOException, InterruptedException {
        Load load =
                new Load(
                        new Load.Doors(
                                cluster.bootstrapServers(),
                                cluster.gateway().url(),
                                cluster.zooKeeperConnect()),
                        topics,
                        SENDERS,
                        plan.demands().areAll() || plan.demands() == Demands.OF_REPLICATED,
                        journal);
        load.start();
        awaitProgress(journal, "warm-up");
        Waiting.pause(WARM_UP);
        Usage before = usage(journal);
        journal.beginStalls();
        journal.mark("faults begin");
        TestTopic target = topics.getFirst();
        attack(target, journal);
        journal.mark("heal");
        for (String missing : cluster.heal(COME_BACK)) {
            journal.verdict("C22", missing + " did not come back within " + COME_BACK);
        }
        awaitProgress(journal, "heal");
        awaitInSync(topics, journal);
        Map<String, Long> stalls = stalls(journal);
        Aftermath aftermath = new Aftermath(cluster, plan, topics, journal);
        aftermath.judgeStalls(stalls);
        aftermath.judgeOwnEnds();
        judgeGrowth(before, journal);
        load.stopSending();
        aftermath.judgeSends();
        Map<TopicPartition, Long> ends =
                new FinalReader(cluster.bootstrapServers(), journal).readAll(READ_ALL);
        if (!Waiting.until(CATCH_UP, () -> load.readersAreAt(ends))) {
            journal.mark("readers are not at the ends after " + CATCH_UP);
        }
        load.stopReading();
        aftermath.noteCommits(load);
        compareReplicas(topics, ends, journal);
        return stalls;
    }

    private void judgeGrowth(Usage before, Journal journal) throws IOException {
        if (!Waiting.until(VANISHED, () -> cluster.usage().growthSince(before).isEmpty())) {
            cluster.usage()
                    .growthSince(before)
                    .forEach(growth -> journal.verdict("C22", "it grows: " + growth));
        }
        usage(journal);
    }

    private Usage usage(Journal journal) throws IOException {
        Usage usage = cluster.usage();
        journal.mark("held: " + usage);
        return usage;
    }

    /** What an attack cannot do is a verdict: the next plan needs a cluster that is whole. */
    private void attack(TestTopic target, Journal journal) throws IOException {
        try (Traces seen = cluster.traces(plan.signs())) {
            // Its time begins when everything was looked at, which takes long on a busy machine.
            Field field =
                    new Field(
                            cluster,
                            journal,
                            target,
                            seed,
                            Duration.ofSeconds(plan.seconds()),
                            seen::begin);
            try {
                plan.attack().run(field);
                awaitTraces(seen);
                traces = seen.found();
                judgeTraces(journal);
            } finally {
                field.healNetwork();
            }
            journal.mark(field.attacks() + " attacks");
            if (field.attacks() == 0 && plan.kind() != Kind.NOTHING) {
                journal.verdict("INCOMPLETE", plan.name() + " did nothing");
            }
        } catch (IOException | RuntimeException e) {
            journal.verdict("INCOMPLETE", plan.name() + " could not go on: " + e);
        }
    }

    /** The attack may be over before its signs are due. */
    private void awaitTraces(Traces seen) throws IOException {
        if (plan.kind() != Kind.NOTHING) {
            Waiting.until(
                    plan.signs().within(),
                    () -> seen.found().keySet().containsAll(plan.signs().patterns().keySet()));
        }
    }

    /** An operator sees it in time, wherever one looks; and nothing where there is nothing. */
    private void judgeTraces(Journal journal) {
        long boundMs = plan.signs().within().toMillis();
        for (Traces.Place place : Traces.Place.values()) {
            Traces.Trace trace = traces.get(place);
            String text = place + (trace == null ? ": nothing" : " " + trace);
            journal.mark("trace in " + text);
            boolean isAsked = plan.signs().patterns().containsKey(place);
            boolean isLate = trace == null || trace.afterMs() > boundMs;
            if (plan.kind() == Kind.NOTHING) {
                if (trace != null) {
                    journal.verdict("C22", "without a fault: " + text);
                }
            } else if (isLate && isAsked) {
                journal.verdict("C22", "not seen within " + boundMs + " ms: " + text);
            }
        }
    }

    /** A value that is sent from now on is acknowledged, in every partition. */
    private static void awaitProgress(Journal journal, String phase) throws IOException {
        long sinceMs = System.currentTimeMillis();
        Waiting.until(
                GO_ON,
                () ->
                        journal.partitions().stream()
                                .allMatch(each -> journal.wentOnSince(each, sinceMs)));
        for (TopicPartition each : journal.partitions()) {
            if (!journal.wentOnSince(each, sinceMs)) {
                journal.verdict(
                        "C22", each + " acknowledged nothing within " + GO_ON + " after " + phase);
            }
        }
        journal.mark("every partition went on after " + phase);
    }

    private void awaitInSync(List<TestTopic> topics, Journal journal) throws IOException {
        long deadlineNs = System.nanoTime() + CATCH_UP.toNanos();
        for (TestTopic topic : topics) {
            for (int p = 0; p < topic.partitions(); p++) {
                int partition = p;
                if (!Waiting.until(
                        Duration.ofNanos(deadlineNs - System.nanoTime()),
                        () ->
                                cluster.admin().replicas(topic.name(), partition).stream()
                                                .filter(each -> each.isInSync())
                                                .count()
                                        == topic.replicas())) {
                    journal.verdict(
                            "C22",
                            topic.name()
                                    + "-"
                                    + p
                                    + ": not all replicas in sync after "
                                    + CATCH_UP);
                }
            }
        }
    }

    private static Map<String, Long> stalls(Journal journal) {
        Map<String, Long> stalls = new HashMap<>();
        for (TopicPartition each : journal.partitions()) {
            stalls.merge(each.topic(), journal.longestStallMs(each), Math::max);
        }
        return stalls;
    }

    /** Empty when the replicas hold the same. */
    private static String difference(List<Path> replicas, long end) throws IOException {
        try {
            ReplicasEqual.check(replicas, end);
            return "";
        } catch (AssertionError e) {
            return e.toString();
        }
    }

    private void compareReplicas(
            List<TestTopic> topics, Map<TopicPartition, Long> ends, Journal journal)
            throws IOException {
        long deadlineNs = System.nanoTime() + REPAIR.toNanos();
        for (TestTopic topic : topics) {
            for (int p = 0; p < topic.partitions(); p++) {
                TopicPartition partition = new TopicPartition(topic.name(), p);
                List<Path> replicas = new ArrayList<>();
                for (var replica : cluster.admin().replicas(topic.name(), p)) {
                    replicas.add(cluster.partition(replica.broker(), partition.toString()));
                }
                long end = ends.getOrDefault(partition, 0L);
                if (!Waiting.until(
                        Duration.ofNanos(deadlineNs - System.nanoTime()),
                        () -> difference(replicas, end).isEmpty())) {
                    journal.verdict("C19", difference(replicas, end));
                }
            }
        }
        for (Node node : cluster.nodes()) {
            if (!node.runs()) {
                journal.verdict("C22", node + " does not run at the end");
            }
        }
    }
}
