package io.headrace.broker.cluster;

import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.DeletedTopic;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicConfig;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicName;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pass from an image to the replicas of a broker. Each replica on its own: one that fails does
 * not keep the others back.
 *
 * <pre>
 *   files held, tombstone of that topic id        set aside; removed when the grace is over
 *   files held, name now belongs to another id    set aside; kept until a tombstone comes. As long
 *                                                 as records of that id may be nowhere but here the
 *                                                 metadata are taken for damaged: kept closed
 *   files held, assigned to other brokers only    set aside; removed when {@link #MOVED_GRACE_MS} are over
 *   files held, topic or partition not in image   suspended, kept, reported
 *   assigned here                                 opened; leads or follows
 *   assigned here, files damaged                  kept closed; when nothing counts on them, kept
 *                                                 aside, opened empty and copied from the leader
 *   assigned here, leads, start not admitted      opened; leads a partition that has no other replica
 * </pre>
 *
 * <p>Cost: only topics whose image is another than the last pass applied are opened; the files held
 * are listed in a review, and when a topic went, got its tombstone, shrank here or became another.
 */
final class ConvergeStep {

    /** How long the files of a replica that was moved away stay. */
    static final long MOVED_GRACE_MS = 60_000;

    /** So few replicas are not worth waking helpers for. */
    private static final int ALONE_MAX = 4;

    private static final Logger LOG = LoggerFactory.getLogger(ConvergeStep.class);

    private final int brokerId;
    private final boolean isAdmitted;
    private final ReplicaHost host;
    private final DefaultConfig defaults;
    private final ExecutorService helpers;
    private final Runnable whenLed;
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final Set<String> unfinishedTopics = ConcurrentHashMap.newKeySet();
    private final List<LocalReplica> strays = new ArrayList<>();

    /**
     * @param isAdmitted whether the image knows of this start of the broker
     * @param helpers open replicas at the same time, since each waits for the device
     * @param whenLed called when what this broker leads is open, before the rest is
     */
    ConvergeStep(
            int brokerId,
            boolean isAdmitted,
            ReplicaHost host,
            DefaultConfig defaults,
            ExecutorService helpers,
            Runnable whenLed) {
        this.brokerId = brokerId;
        this.isAdmitted = isAdmitted;
        this.host = host;
        this.defaults = defaults;
        this.helpers = helpers;
        this.whenLed = whenLed;
    }

    /** What a pass found done, for the next one; immutable. */
    record Applied(
            Map<String, TopicImage> topics,
            Set<TopicId> tombstones,
            List<LocalReplica> strays,
            Map<SetAside, Long> asideSinceMs) {

        static final Applied NOTHING = new Applied(Map.of(), Set.of(), List.of(), Map.of());

        private boolean covers(TopicImage topic) {
            return topic.equals(topics.get(topic.name())); // at once for the same instance
        }
    }

    record Result(Convergence convergence, Applied applied) {}

    /**
     * @param isReview whether to look at all files, whatever changed
     */
    Result apply(ClusterImage image, Applied before, boolean isReview, long nowMs)
            throws InterruptedException {
        List<TopicImage> changed =
                image.topics().values().stream().filter(topic -> !before.covers(topic)).toList();
        boolean isReviewed = isReview || isSomethingGivenUp(image, before, changed);
        Map<SetAside, Long> aside = before.asideSinceMs();
        if (isReviewed) {
            reviewHeld(image);
        }
        openAssigned(image, changed);
        if (isReviewed) {
            Map<SetAside, Long> since = new HashMap<>();
            attempt(
                    "list the files set aside",
                    () -> purgeDue(image, before.asideSinceMs(), since, nowMs));
            aside = since;
        }
        Map<String, TopicImage> applied = new HashMap<>(image.topics());
        applied.keySet().removeAll(unfinishedTopics);
        List<LocalReplica> unexplained = isReviewed ? List.copyOf(strays) : before.strays();
        return new Result(
                new Convergence(image.version(), List.copyOf(failures), unexplained),
                new Applied(
                        Map.copyOf(applied),
                        image.deletedTopics().keySet(),
                        unexplained,
                        Map.copyOf(aside)));
    }

    /** Whether a topic went, got its tombstone, became another, or has fewer replicas here. */
    private boolean isSomethingGivenUp(
            ClusterImage image, Applied before, List<TopicImage> changed) {
        return !image.topics().keySet().containsAll(before.topics().keySet())
                || !before.tombstones().containsAll(image.deletedTopics().keySet())
                || changed.stream()
                        .anyMatch(
                                topic -> {
                                    TopicImage known = before.topics().get(topic.name());
                                    return known != null && hasLess(topic, known);
                                });
    }

    private boolean hasLess(TopicImage topic, TopicImage known) {
        if (!topic.id().equals(known.id())) {
            return true;
        }
        for (int p = 0; p < known.partitionCount(); p++) {
            if (isAssignedHere(known, p) && !isAssignedHere(topic, p)) {
                return true;
            }
        }
        return false;
    }

    private void reviewHeld(ClusterImage image) throws InterruptedException {
        List<LocalReplica> allHeld = new ArrayList<>();
        attempt("list the replicas", () -> allHeld.addAll(host.held()));
        List<Runnable> reviews = new ArrayList<>();
        for (LocalReplica held : allHeld) {
            Attempt review = review(image, held);
            if (review != null) {
                reviews.add(() -> attempt("give up " + held, review));
            }
        }
        runAll(reviews);
    }

    private void purgeDue(
            ClusterImage image, Map<SetAside, Long> before, Map<SetAside, Long> since, long nowMs)
            throws IOException {
        for (SetAside aside : host.aside()) {
            long sinceMs = before.getOrDefault(aside, nowMs);
            DeletedTopic tombstone = image.deletedTopics().get(aside.topicId());
            boolean isDeleted =
                    tombstone != null && nowMs - tombstone.deletedAtMs() >= tombstone.graceMs();
            boolean isMoved =
                    nowMs - sinceMs >= MOVED_GRACE_MS
                            && image.topics().values().stream()
                                    .anyMatch(topic -> topic.id().equals(aside.topicId()));
            if (isDeleted || isMoved) {
                attempt("remove the files of " + aside.directory(), () -> host.purge(aside));
            } else {
                since.put(aside, sinceMs);
            }
        }
    }

    /** What to do about files that may have lost their reason; null for nothing. */
    private @Nullable Attempt review(ClusterImage image, LocalReplica held) {
        TopicImage topic = image.topics().get(held.partition().topic());
        int partition = held.partition().partition();
        if (image.deletedTopics().containsKey(held.topicId())) {
            return () -> host.setAside(held, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        }
        if (topic != null && !topic.id().equals(held.topicId())) {
            if (isAssignedHere(topic, partition) && isCountedOn(topic.states().get(partition))) {
                return null; // whoever is in sync had that topic: its metadata are damaged
            }
            LOG.atWarn()
                    .addKeyValue("topic", held.partition().topic())
                    .addKeyValue("partition", partition)
                    .log(
                            "The files belong to an earlier topic of this name without a"
                                    + " tombstone; they are set aside and kept");
            return () -> host.setAside(held, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        }
        if (topic == null || partition >= topic.partitionCount()) {
            strays.add(held);
            return () -> host.suspend(held);
        }
        return isAssignedHere(topic, partition)
                ? null
                : () -> host.setAside(held, ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }

    /**
     * What this broker leads comes first, for clients wait for that, and of it what they write: a
     * group waits for its coordinator without a client that produces noticing.
     */
    private void openAssigned(ClusterImage image, List<TopicImage> changed)
            throws InterruptedException {
        List<Runnable> written = new ArrayList<>();
        List<Runnable> coordinated = new ArrayList<>();
        List<Runnable> others = new ArrayList<>();
        for (TopicImage topic : changed) {
            if (image.deletedTopics().containsKey(topic.id())) {
                continue;
            }
            TopicConfig config = defaults.with(topic.config());
            for (int p = 0; p < topic.partitionCount(); p++) {
                if (isAssignedHere(topic, p)) {
                    LocalReplica replica =
                            new LocalReplica(new TopicPartition(topic.name(), p), topic.id());
                    boolean isLed = topic.states().get(p).leader() == brokerId;
                    boolean isInternal = TopicName.isInternal(topic.name());
                    (isLed ? isInternal ? coordinated : written : others)
                            .add(
                                    () -> {
                                        if (!attempt(
                                                "open " + replica,
                                                () -> open(replica, topic, config))) {
                                            unfinishedTopics.add(topic.name());
                                        }
                                    });
                }
            }
        }
        runAll(written);
        runAll(coordinated);
        if (!written.isEmpty() || !coordinated.isEmpty()) {
            whenLed.run();
        }
        runAll(others);
    }

    private void runAll(List<Runnable> tasks) throws InterruptedException {
        if (tasks.size() <= ALONE_MAX) {
            tasks.forEach(Runnable::run);
            return;
        }
        List<Callable<Object>> calls = new ArrayList<>(tasks.size());
        for (Runnable task : tasks) {
            calls.add(
                    () -> {
                        task.run();
                        return task;
                    });
        }
        helpers.invokeAll(calls);
    }

    private void open(LocalReplica replica, TopicImage topic, TopicConfig config)
            throws IOException {
        PartitionState state = topic.states().get(replica.partition().partition());
        try {
            host.open(replica, config);
        } catch (DamagedReplicaException e) {
            if (isCountedOn(state)) {
                throw e;
            }
            LOG.atWarn()
                    .setCause(e)
                    .addKeyValue("brokerId", brokerId)
                    .log("{} is damaged", replica);
            host.keepAside(replica);
            host.open(replica, config);
        }
        boolean isAlone =
                topic.assignments().get(replica.partition().partition()).equals(List.of(brokerId));
        if (state.leader() == brokerId && !isAdmitted && !isAlone) {
            unfinishedTopics.add(topic.name()); // the admission comes with another image
        } else if (state.leader() == brokerId) {
            host.lead(replica, topic, config);
        } else {
            host.follow(replica, state);
        }
    }

    /** Whether committed records may be nowhere but here. */
    private boolean isCountedOn(PartitionState state) {
        return !state.hasLeader()
                || state.leader() == brokerId
                || state.lastCopy() == brokerId
                || state.isr().contains(brokerId)
                || state.elr().contains(brokerId);
    }

    private boolean isAssignedHere(TopicImage topic, int partition) {
        return partition < topic.partitionCount()
                && topic.assignments().get(partition).contains(brokerId);
    }

    /**
     * @return whether it succeeded; a failure is logged, reported and tried again
     */
    private boolean attempt(String what, Attempt attempt) {
        try {
            attempt.run();
            return true;
        } catch (IOException | RuntimeException e) {
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("brokerId", brokerId)
                    .log("Could not {}; it will be tried again", what);
            failures.add("could not " + what + ": " + e.getMessage());
            return false;
        }
    }

    private interface Attempt {
        void run() throws IOException;
    }
}
