package io.headrace.broker.cluster;

import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.DeletedTopic;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicConfig;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pass from an image to the replicas of a broker. Each replica on its own: one that fails does
 * not keep the others back.
 *
 * <pre>
 *   files held, tombstone of that topic id        set aside; removed when the grace is over
 *   files held, name now belongs to another id    set aside; kept until a tombstone comes
 *   files held, topic or partition not in image   suspended, kept, reported
 *   files held, not assigned here                 suspended, kept, reported
 *   assigned here                                 opened; leads or follows
 * </pre>
 */
final class ConvergeStep {

    private static final Logger LOG = LoggerFactory.getLogger(ConvergeStep.class);

    private final int brokerId;
    private final ReplicaHost host;
    private final DefaultConfig defaults;
    private final List<String> failures = new ArrayList<>();
    private final List<LocalReplica> strays = new ArrayList<>();

    ConvergeStep(int brokerId, ReplicaHost host, DefaultConfig defaults) {
        this.brokerId = brokerId;
        this.host = host;
        this.defaults = defaults;
    }

    Convergence apply(ClusterImage image, long nowMs) {
        attempt("list the replicas", () -> reviewHeld(image));
        for (TopicImage topic : image.topics().values()) {
            openAssigned(image, topic);
        }
        attempt("list the files set aside", () -> purgeDue(image, nowMs));
        return new Convergence(image.version(), failures, strays);
    }

    private void reviewHeld(ClusterImage image) throws IOException {
        for (LocalReplica held : host.held()) {
            attempt("give up " + held, () -> review(image, held));
        }
    }

    private void purgeDue(ClusterImage image, long nowMs) throws IOException {
        for (TopicId aside : host.aside()) {
            DeletedTopic tombstone = image.deletedTopics().get(aside);
            if (tombstone != null && nowMs - tombstone.deletedAtMs() >= tombstone.graceMs()) {
                attempt("remove the files of " + tombstone.name(), () -> host.purge(aside));
            }
        }
    }

    private void review(ClusterImage image, LocalReplica held) throws IOException {
        TopicImage topic = image.topics().get(held.partition().topic());
        if (image.deletedTopics().containsKey(held.topicId())) {
            host.setAside(held);
        } else if (topic != null && !topic.id().equals(held.topicId())) {
            LOG.atWarn()
                    .addKeyValue("topic", held.partition().topic())
                    .addKeyValue("partition", held.partition().partition())
                    .log(
                            "The files belong to an earlier topic of this name without a"
                                    + " tombstone; they are set aside and kept");
            host.setAside(held);
        } else if (topic == null || !isAssignedHere(topic, held.partition().partition())) {
            host.suspend(held);
            strays.add(held);
        }
    }

    private void openAssigned(ClusterImage image, TopicImage topic) {
        if (image.deletedTopics().containsKey(topic.id())) {
            return;
        }
        for (int p = 0; p < topic.partitionCount(); p++) {
            if (isAssignedHere(topic, p)) {
                LocalReplica replica =
                        new LocalReplica(new TopicPartition(topic.name(), p), topic.id());
                PartitionState state = topic.states().get(p);
                attempt("open " + replica, () -> open(replica, state, topic));
            }
        }
    }

    private void open(LocalReplica replica, PartitionState state, TopicImage topic)
            throws IOException {
        TopicConfig config = defaults.with(topic.config());
        host.open(replica, config);
        if (state.leader() == brokerId) {
            host.lead(replica, topic, config);
        } else {
            host.follow(replica, state);
        }
    }

    private boolean isAssignedHere(TopicImage topic, int partition) {
        return partition < topic.partitionCount()
                && topic.assignments().get(partition).contains(brokerId);
    }

    private void attempt(String what, Attempt attempt) {
        try {
            attempt.run();
        } catch (IOException | RuntimeException e) {
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("brokerId", brokerId)
                    .log("Could not {}; it will be tried again", what);
            failures.add("could not " + what + ": " + e.getMessage());
        }
    }

    private interface Attempt {
        void run() throws IOException;
    }
}
