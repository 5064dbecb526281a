package io.headrace.broker.replica;

import io.headrace.broker.cluster.DamagedReplicaException;
import io.headrace.broker.cluster.LocalReplica;
import io.headrace.broker.cluster.ReplicaHost;
import io.headrace.broker.cluster.SetAside;
import io.headrace.broker.log.DeletedPartition;
import io.headrace.broker.log.FoundPartition;
import io.headrace.broker.log.LogConfig;
import io.headrace.broker.log.LogDirectory;
import io.headrace.broker.log.LogSpec;
import io.headrace.broker.log.OpenOutcome;
import io.headrace.broker.log.PartitionLog;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns what the converger wants into logs and partitions. Thread-safe but for one replica, which
 * the converger changes on one thread at a time.
 *
 * <p>Errors: a log that cannot be opened or renamed is an {@link IOException}; what was served
 * before goes on being served.
 */
public final class LocalReplicas implements ReplicaHost {

    private static final Logger LOG = LoggerFactory.getLogger(LocalReplicas.class);

    private final ReplicaManager replicas;
    private final LogDirectory logs;
    private final LeadershipListener listener;
    private final FollowingListener following;

    public LocalReplicas(
            ReplicaManager replicas,
            LogDirectory logs,
            LeadershipListener listener,
            FollowingListener following) {
        this.replicas = replicas;
        this.logs = logs;
        this.listener = listener;
        this.following = following;
    }

    @Override
    public List<LocalReplica> held() throws IOException {
        List<LocalReplica> held = new ArrayList<>();
        for (FoundPartition found : logs.found()) {
            found.topicId().ifPresent(id -> held.add(new LocalReplica(found.partition(), id)));
        }
        return held;
    }

    @Override
    public void open(LocalReplica replica, TopicConfig config) throws IOException {
        LogConfig logConfig = LogConfigs.of(config);
        Partition open = find(replica);
        if (open != null) {
            if (!open.log().config().equals(logConfig)) {
                open.log().configure(logConfig);
            }
            return;
        }
        switch (logs.open(new LogSpec(replica.partition(), replica.topicId(), logConfig))) {
            case OpenOutcome.Opened(PartitionLog log) -> {
                if (!log.config().equals(logConfig)) {
                    log.configure(logConfig);
                }
                replicas.add(replica, log, logs.checkpointedHighWatermark(replica.partition()));
            }
            case OpenOutcome.Refused(ErrorCode code, String text, boolean isDamaged) ->
                    throw isDamaged
                            ? new DamagedReplicaException(code + ": " + text)
                            : new IOException(code + ": " + text);
        }
    }

    @Override
    public void lead(LocalReplica replica, TopicImage topic, TopicConfig config) {
        Partition partition = find(replica);
        if (partition == null) {
            return;
        }
        int index = replica.partition().partition();
        PartitionState state = topic.states().get(index);
        Leadership before = partition.leadership();
        boolean changed =
                partition.lead(
                        Leadership.of(
                                state,
                                topic.assignments().get(index),
                                topic.target(index),
                                config.minInsyncReplicas()));
        if (changed && (before == null || before.leaderEpoch() != state.leaderEpoch())) {
            LOG.atInfo()
                    .addKeyValue("topic", replica.partition().topic())
                    .addKeyValue("partition", replica.partition().partition())
                    .addKeyValue("leaderEpoch", state.leaderEpoch())
                    .addKeyValue("offset", partition.log().logEndOffset())
                    .log("Leads");
        }
        Leadership now = partition.leadership();
        if (now != null) {
            following.followsNoMore(replica);
            listener.leads(replica.partition(), now.leaderEpoch());
        }
    }

    @Override
    public void follow(LocalReplica replica, PartitionState state) {
        Partition partition = find(replica);
        if (partition != null && state.hasLeader()) {
            partition.follow(state.leaderEpoch());
        } else if (partition != null) {
            partition.resign(state.leaderEpoch());
        }
        listener.leadsNoMore(replica.partition());
        Follower role = partition == null ? null : partition.follower();
        if (role != null && role.leaderEpoch() == state.leaderEpoch()) {
            following.follows(role, state.leader());
        } else {
            following.followsNoMore(replica);
        }
    }

    @Override
    public void suspend(LocalReplica replica) {
        Partition partition = find(replica);
        if (partition != null) {
            partition.resign(-1);
        }
        listener.leadsNoMore(replica.partition());
        following.followsNoMore(replica);
    }

    @Override
    public void setAside(LocalReplica replica, ErrorCode reason) throws IOException {
        Partition partition = find(replica);
        if (partition != null) {
            partition.close(reason);
            replicas.remove(partition);
        }
        listener.leadsNoMore(replica.partition());
        following.followsNoMore(replica);
        logs.delete(replica.partition(), replica.topicId());
        LOG.atInfo()
                .addKeyValue("topic", replica.partition().topic())
                .addKeyValue("partition", replica.partition().partition())
                .log("Files set aside");
    }

    @Override
    public void keepAside(LocalReplica replica) throws IOException {
        String name = logs.keepAside(replica.partition());
        LOG.atWarn()
                .addKeyValue("topic", replica.partition().topic())
                .addKeyValue("partition", replica.partition().partition())
                .log(
                        "The files are damaged and not needed, since others are in sync without"
                                + " this replica: it is copied from the leader again. They are kept"
                                + " as {}; remove them when nobody wants to look at them",
                        name);
    }

    @Override
    public List<SetAside> aside() throws IOException {
        List<SetAside> aside = new ArrayList<>();
        for (DeletedPartition each : logs.deleted()) {
            each.topicId().ifPresent(id -> aside.add(new SetAside(each.directoryName(), id)));
        }
        return aside;
    }

    @Override
    public void purge(SetAside files) throws IOException {
        logs.purge(new DeletedPartition(files.directory(), Optional.of(files.topicId())));
        LOG.info("Removed the files of {}", files.directory());
    }

    private @Nullable Partition find(LocalReplica replica) {
        Partition found =
                replicas.find(replica.partition().topic(), replica.partition().partition());
        return found != null && found.topicId().equals(replica.topicId()) ? found : null;
    }
}
