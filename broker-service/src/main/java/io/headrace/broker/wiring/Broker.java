package io.headrace.broker.wiring;

import io.headrace.broker.cluster.Converger;
import io.headrace.broker.cluster.DefaultConfig;
import io.headrace.broker.cluster.IsrChanges;
import io.headrace.broker.cluster.Membership;
import io.headrace.broker.disk.Disk;
import io.headrace.broker.kafka.api.BrokerSettings.Directory;
import io.headrace.broker.log.FoundPartition;
import io.headrace.broker.log.LogClock;
import io.headrace.broker.log.LogDirectory;
import io.headrace.broker.log.LogDirectorySettings;
import io.headrace.broker.log.LogSpec;
import io.headrace.broker.log.OpenOutcome;
import io.headrace.broker.log.compaction.CleanerSettings;
import io.headrace.broker.log.compaction.LogCleaner;
import io.headrace.broker.log.compaction.ProducerEnds;
import io.headrace.broker.replica.LocalReplicas;
import io.headrace.broker.replica.LogConfigs;
import io.headrace.broker.replica.ReplicaManager;
import io.headrace.broker.replication.ReplicaFetchers;
import io.headrace.broker.replication.Scrubber;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.coordination.ZkPayloads.BrokerNode;
import io.headrace.model.coordination.ZkPayloads.PartialProofNode;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The broker's parts in the order in which they start and stop.
 *
 * <pre>
 *   new --open--> recovered --join--> serving --handOver--> serving, leads nothing --quiesce-->
 *       answering who waits --close--> stopped
 * </pre>
 *
 * <p>Owner: the application context's thread; the getters are for any thread.
 */
final class Broker {

    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);

    private static final long UNKNOWN = -1;

    /** What is fixed before the start. */
    record Plan(
            int id,
            @Nullable String rack,
            Membership.Settings membership,
            LogDirectorySetup logs,
            CleanerSettings cleaner,
            DefaultConfig topicDefaults,
            Duration handOverWait) {}

    private final Plan plan;
    private final Disk disk;
    private final LogClock clock;
    private final ReplicaManager replicas;
    private final Coordination coordination;
    private final ExecutorService offlineThread;
    private final Replication replication;
    private volatile @Nullable Membership membership;
    private volatile @Nullable LogDirectory logs;
    private volatile @Nullable LogCleaner cleaner;
    private volatile @Nullable Converger converger;

    Broker(
            Plan plan,
            Disk disk,
            LogClock clock,
            ReplicaManager replicas,
            Coordination coordination,
            ExecutorService offlineThread,
            Replication replication) {
        this.plan = plan;
        this.disk = disk;
        this.clock = clock;
        this.replicas = replicas;
        this.coordination = coordination;
        this.offlineThread = offlineThread;
        this.replication = replication;
    }

    /** Watches the cluster, locks the log directory and recovers all logs in it. */
    void open() throws IOException, InterruptedException {
        Membership joined = Membership.connect(plan.id(), plan.membership());
        membership = joined;
        LogDirectory opened =
                LogDirectory.open(
                        plan.logs().settings(joined.clusterId(), plan.id()),
                        disk,
                        clock,
                        this::offline);
        logs = opened;
        recover(opened, joined.image());
        opened.start();
        LogCleaner created =
                new LogCleaner(
                        opened,
                        disk,
                        clock,
                        new SecureRandom(),
                        ProducerEnds.of(opened),
                        plan.cleaner());
        cleaner = created;
        created.start();
        scrubber().start();
    }

    /**
     * Becomes what the image says, and registers.
     *
     * @param endpoints Kafka listeners by name, each {@code host:port}
     */
    void join(String httpUrl, Map<String, String> endpoints, String version) throws Exception {
        Membership joined = require(membership);
        Converger created =
                new Converger(
                        plan.id(),
                        joined::isAdmitted,
                        new LocalReplicas(replicas, require(logs), coordination, fetchers()),
                        plan.topicDefaults(),
                        clock.wall(),
                        replicas::converged);
        converger = created;
        joined.listen(created::accept);
        joined.listen(coordination::accept);
        replicas.startReviews();
        LogDirectory opened = require(logs);
        joined.register(
                new BrokerNode(
                        httpUrl,
                        endpoints,
                        plan.rack(),
                        version,
                        foundEpoch(opened),
                        opened.directoryId(),
                        false,
                        plan.topicDefaults().settings(),
                        opened.partialProof().map(PartialProofNode::new).orElse(null)));
    }

    /**
     * Asks to be relieved of what others can lead, and waits for it, but not for ever; serves
     * meanwhile.
     */
    void handOver() {
        Membership joined = membership;
        if (joined != null) {
            new HandOver(plan.id(), joined).run(plan.handOverWait());
        }
    }

    /** From now on nothing is accepted; who waits is answered. */
    void quiesce() {
        replicas.quiesce();
        coordination.close();
    }

    /** Flushes, writes checkpoints and the clean-shutdown marker, deregisters. */
    void close() throws IOException {
        Membership joined = membership;
        try {
            Converger running = converger;
            if (running != null) {
                running.close();
            }
            replication.close();
            replicas.close();
            LogCleaner cleaning = cleaner;
            if (cleaning != null) {
                cleaning.close();
            }
            LogDirectory opened = logs;
            if (opened != null) {
                opened.close(provenEpoch(joined, opened));
            }
        } finally {
            if (joined != null) {
                joined.close();
            }
            offlineThread.shutdown();
        }
    }

    @Nullable ClusterImage image() {
        Membership joined = membership;
        return joined == null ? null : joined.image();
    }

    /** The newest image, once the broker was opened. */
    ClusterImage requiredImage() {
        return require(membership).image();
    }

    /** The log directory as {@code DescribeLogDirs} shows it. */
    Directory directory() {
        LogDirectory opened = require(logs);
        Path path = opened.settings().path();
        boolean isCordoned = requiredImage().cordons().containsKey(plan.id());
        try {
            return new Directory(
                    path.toString(),
                    opened.isOffline(),
                    isCordoned,
                    disk.totalBytes(path),
                    disk.usableBytes(path));
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("The space of {} cannot be told", path);
            return new Directory(path.toString(), opened.isOffline(), isCordoned, UNKNOWN, UNKNOWN);
        }
    }

    /** A producer id that no other broker hands out; may wait for ZooKeeper. */
    long newProducerId() {
        return require(membership).producerIds().take();
    }

    /** Where leaders say who is to be in sync. */
    IsrChanges isrChanges() {
        return require(membership).isrChanges();
    }

    ReplicaFetchers fetchers() {
        return replication.fetchers();
    }

    Scrubber scrubber() {
        return replication.scrubber();
    }

    @Nullable Membership membership() {
        return membership;
    }

    @Nullable LogDirectory logs() {
        return logs;
    }

    @Nullable Converger converger() {
        return converger;
    }

    /** Called under the log's locks: only passes the news on. */
    private void offline(Path directory, IOException cause) {
        offlineThread.execute(this::leave);
    }

    /** Without its logs this broker is as good as dead: the controller elects others at once. */
    private void leave() {
        replicas.logsOffline();
        Membership joined = membership;
        if (joined == null) {
            return;
        }
        try {
            joined.deregister();
        } catch (IOException e) {
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("brokerId", plan.id())
                    .log("The broker stays registered although its log directory is offline");
        }
    }

    private void recover(LogDirectory directory, ClusterImage image)
            throws IOException, InterruptedException {
        List<FoundPartition> found = directory.found();
        List<LogSpec> specs = new ArrayList<>();
        for (FoundPartition each : found) {
            each.topicId().ifPresent(id -> specs.add(spec(each.partition(), id, image)));
            if (isOfAnotherTopic(each, image)) {
                directory.doubt(each.partition());
            }
        }
        Map<TopicPartition, OpenOutcome> outcomes = directory.openAll(specs);
        outcomes.forEach(
                (partition, outcome) -> {
                    if (outcome instanceof OpenOutcome.Refused refused) {
                        LOG.atError()
                                .addKeyValue("topic", partition.topic())
                                .addKeyValue("partition", partition.partition())
                                .log("A log could not be opened: {}", refused.text());
                    }
                });
        LOG.atInfo()
                .addKeyValue("brokerId", plan.id())
                .addKeyValue("cleanStart", directory.cleanBrokerEpoch().isPresent())
                .log("{} logs are open", outcomes.size());
    }

    /** A bit of its metadata flipped, perhaps: then it is not what the cluster counts on. */
    private static boolean isOfAnotherTopic(FoundPartition found, ClusterImage image) {
        TopicImage topic = image.topics().get(found.partition().topic());
        return topic != null && found.topicId().filter(id -> !id.equals(topic.id())).isPresent();
    }

    /** The converger applies the topic's own settings again when the broker has joined. */
    private LogSpec spec(TopicPartition partition, TopicId id, ClusterImage image) {
        TopicImage topic = image.topics().get(partition.topic());
        Map<String, String> settings =
                topic != null && topic.id().equals(id) ? topic.config() : Map.of();
        return new LogSpec(
                partition, id, LogConfigs.of(plan.topicDefaults().withOrDefaults(settings)));
    }

    /**
     * What the marker of a clean stop says: since which registration nothing was lost. That is what
     * this process found itself, or else its own first one; never that of a process before it which
     * may have lost something.
     */
    private static long provenEpoch(@Nullable Membership joined, LogDirectory opened) {
        long found = foundEpoch(opened);
        return found == BrokerRegistration.NO_PROVEN_EPOCH && joined != null
                ? joined.firstEpoch().orElse(found)
                : found;
    }

    private static long foundEpoch(LogDirectory opened) {
        return opened.cleanBrokerEpoch().orElse(BrokerRegistration.NO_PROVEN_EPOCH);
    }

    private static <T> T require(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("the broker was not opened");
        }
        return part;
    }

    /** How the log directory is run, once the cluster id is known. */
    interface LogDirectorySetup {
        LogDirectorySettings settings(String clusterId, int brokerId);
    }
}
