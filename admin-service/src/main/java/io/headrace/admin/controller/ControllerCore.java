package io.headrace.admin.controller;

import io.headrace.admin.controller.ControllerEvent.AddPartitions;
import io.headrace.admin.controller.ControllerEvent.AlterConfig;
import io.headrace.admin.controller.ControllerEvent.CreateTopic;
import io.headrace.admin.controller.ControllerEvent.DeleteTopic;
import io.headrace.admin.controller.ControllerEvent.SettingChange;
import io.headrace.admin.controller.Decision.Plan;
import io.headrace.admin.controller.Decision.Refused;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.DeletedTopic;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicConfig;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicName;
import io.headrace.model.topic.TopicSetting;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * What the controller decides: image and event in, decision out. Writes nothing, waits for nothing.
 *
 * <p>The only state is which broker epochs the elections so far have seen; see {@link #settled}.
 *
 * <p>Owner: the thread {@code controller}.
 */
final class ControllerCore {

    /** Bounds one multi: below ZooKeeper's 1 MiB with 80 bytes per partition. */
    private static final int STEP_PARTITION_COUNT_MAX = 4_000;

    private static final int STEP_WRITE_COUNT_MAX = 100;

    private final TopicRules rules;
    private final Clock clock;
    private final RandomGenerator random;
    private final TopicChecks checks;
    private Map<Integer, Long> settledBrokers = Map.of();

    ControllerCore(TopicRules rules, Clock clock, RandomGenerator random) {
        this.rules = rules;
        this.checks = new TopicChecks(rules);
        this.clock = clock;
        this.random = random;
    }

    /** Elections up to here have seen these brokers, by id and broker epoch. */
    void settled(Map<Integer, Long> brokerEpochs) {
        settledBrokers = Map.copyOf(brokerEpochs);
    }

    /** Whether brokers came, went or restarted since the last elections. */
    boolean isElectionDue(ClusterImage image) {
        return !brokerEpochs(image).equals(settledBrokers);
    }

    private static Map<Integer, Long> brokerEpochs(ClusterImage image) {
        return image.brokers().values().stream()
                .collect(Collectors.toMap(BrokerRegistration::id, BrokerRegistration::epoch));
    }

    Decision decide(ClusterImage image, ControllerEvent event) {
        return switch (event) {
            case ControllerEvent.ClusterChanged changed -> elections(image);
            case ControllerEvent.Tick tick -> oldTombstones(image);
            case CreateTopic create -> create(image, create);
            case AddPartitions add -> addPartitions(image, add);
            case AlterConfig alter -> alterConfig(image, alter);
            case DeleteTopic delete -> delete(image, delete);
        };
    }

    private Plan elections(ClusterImage image) {
        Map<Integer, Long> epochs = brokerEpochs(image);
        Set<Integer> newcomers =
                epochs.entrySet().stream()
                        .filter(b -> !b.getValue().equals(settledBrokers.get(b.getKey())))
                        .map(Map.Entry::getKey)
                        .collect(Collectors.toSet());
        List<List<ClusterWrite>> steps = new ArrayList<>();
        List<ClusterWrite> step = new ArrayList<>();
        int partitionCount = 0;
        for (TopicImage topic : inOrder(image)) {
            Map<Integer, ClusterWrite.StateChange> changes = elect(topic, image, newcomers);
            if (changes.isEmpty()) {
                continue;
            }
            boolean isFull =
                    partitionCount + topic.partitionCount() > STEP_PARTITION_COUNT_MAX
                            || step.size() == STEP_WRITE_COUNT_MAX;
            if (isFull && !step.isEmpty()) {
                steps.add(List.copyOf(step));
                step.clear();
                partitionCount = 0;
            }
            step.add(new ClusterWrite.Elect(topic.name(), topic.id(), changes));
            partitionCount += topic.partitionCount();
        }
        if (!step.isEmpty()) {
            steps.add(List.copyOf(step));
        }
        if (!epochs.equals(settledBrokers)) {
            steps.add(List.of(new ClusterWrite.RememberBrokers(epochs)));
        }
        return new Plan(Optional.empty(), Optional.empty(), steps);
    }

    private static List<TopicImage> inOrder(ClusterImage image) {
        return image.topics().values().stream()
                .sorted(Comparator.comparing(TopicImage::name))
                .toList();
    }

    private static Map<Integer, ClusterWrite.StateChange> elect(
            TopicImage topic, ClusterImage image, Set<Integer> newcomers) {
        Map<Integer, ClusterWrite.StateChange> changes = new TreeMap<>();
        for (int p = 0; p < topic.partitionCount(); p++) {
            int partition = p;
            PartitionState state = topic.states().get(p);
            LeaderElection.next(state, topic.assignments().get(p), image.brokers(), newcomers)
                    .ifPresent(
                            next ->
                                    changes.put(
                                            partition, new ClusterWrite.StateChange(state, next)));
        }
        return changes;
    }

    private Plan oldTombstones(ClusterImage image) {
        long now = clock.millis();
        List<ClusterWrite> old = new ArrayList<>();
        for (DeletedTopic deleted : image.deletedTopics().values()) {
            long goesAtMs =
                    deleted.deletedAtMs()
                            + deleted.graceMs()
                            + rules.tombstoneRetention().toMillis();
            if (goesAtMs < now && old.size() < STEP_WRITE_COUNT_MAX) {
                old.add(new ClusterWrite.Forget(deleted.id()));
            }
        }
        return new Plan(
                Optional.empty(), Optional.empty(), old.isEmpty() ? List.of() : List.of(old));
    }

    private Decision create(ClusterImage image, CreateTopic create) {
        Optional<Refused> problem = checks.nameProblem(image, create.topic(), create.isInternal());
        if (problem.isPresent()) {
            return problem.get();
        }
        Map<String, String> config;
        try {
            config = settings(create.config());
        } catch (IllegalArgumentException e) {
            return new Refused(ErrorCode.INVALID_CONFIG, sentence(e));
        }
        Optional<Refused> badAssignment = checks.assignmentProblem(image, create);
        if (badAssignment.isPresent()) {
            return badAssignment.get();
        }
        List<List<Integer>> assignments = create.assignments();
        if (assignments.isEmpty()) {
            int count = create.partitions().orElse(rules.partitionCountDefault());
            int factor = create.replicationFactor().orElse(rules.replicationFactorDefault());
            Optional<Refused> badCount = checks.countProblem(image, count, factor);
            if (badCount.isPresent()) {
                return badCount.get();
            }
            assignments = Placement.place(image, List.of(), count, factor, random);
        }
        TopicImage topic =
                new TopicImage(
                        create.topic(), newId(), config, assignments, firstStates(assignments));
        return new Plan(
                Optional.empty(),
                Optional.of(topic),
                List.of(List.of(new ClusterWrite.Create(topic))));
    }

    private Decision addPartitions(ClusterImage image, AddPartitions add) {
        TopicImage topic = image.topics().get(add.topic());
        if (topic == null) {
            return TopicChecks.unknown(add.topic());
        }
        if (TopicName.isInternal(add.topic())) {
            return TopicChecks.internal(add.topic());
        }
        if (add.count() <= topic.partitionCount()) {
            return new Refused(
                    ErrorCode.INVALID_PARTITIONS,
                    "topic '"
                            + add.topic()
                            + "' has "
                            + topic.partitionCount()
                            + " partitions already; the count can only grow");
        }
        int factor = topic.replicationFactor();
        Optional<Refused> badCount = checks.countProblem(image, add.count(), factor);
        if (badCount.isPresent()) {
            return badCount.get();
        }
        List<List<Integer>> added =
                Placement.place(
                        image,
                        topic.assignments(),
                        add.count() - topic.partitionCount(),
                        factor,
                        random);
        TopicImage after =
                new TopicImage(
                        topic.name(),
                        topic.id(),
                        topic.config(),
                        joined(topic.assignments(), added),
                        topic.moves(),
                        joined(topic.states(), firstStates(added)));
        return replace(topic, after);
    }

    private Decision alterConfig(ClusterImage image, AlterConfig alter) {
        TopicImage topic = image.topics().get(alter.topic());
        if (topic == null) {
            return TopicChecks.unknown(alter.topic());
        }
        Map<String, String> config = new HashMap<>(topic.config());
        Set<String> seen = new HashSet<>();
        for (SettingChange change : alter.changes()) {
            if (!seen.add(change.name())) {
                return new Refused(
                        ErrorCode.INVALID_CONFIG, "'" + change.name() + "' is given twice");
            }
            if (TopicSetting.byName(change.name()).isEmpty()) {
                return new Refused(
                        ErrorCode.INVALID_CONFIG, "'" + change.name() + "' is not a topic setting");
            }
            change.value()
                    .ifPresentOrElse(
                            value -> config.put(change.name(), value),
                            () -> config.remove(change.name()));
        }
        try {
            TopicImage after =
                    new TopicImage(
                            topic.name(),
                            topic.id(),
                            settings(config),
                            topic.assignments(),
                            topic.moves(),
                            topic.states());
            return replace(topic, after);
        } catch (IllegalArgumentException e) {
            return new Refused(ErrorCode.INVALID_CONFIG, sentence(e));
        }
    }

    private Decision delete(ClusterImage image, DeleteTopic delete) {
        TopicImage topic = image.topics().get(delete.topic());
        if (topic == null) {
            return TopicChecks.unknown(delete.topic());
        }
        if (TopicName.isInternal(delete.topic())) {
            return TopicChecks.internal(delete.topic());
        }
        DeletedTopic tombstone =
                new DeletedTopic(
                        topic.name(), topic.id(), clock.millis(), rules.deletionGrace().toMillis());
        return new Plan(
                Optional.of(topic),
                Optional.empty(),
                List.of(List.of(new ClusterWrite.Delete(topic, tombstone))));
    }

    private static Plan replace(TopicImage before, TopicImage after) {
        return new Plan(
                Optional.of(before),
                Optional.of(after),
                after.equals(before)
                        ? List.of()
                        : List.of(List.of(new ClusterWrite.Replace(before, after))));
    }

    static List<PartitionState> firstStates(List<List<Integer>> assignments) {
        return assignments.stream()
                .map(replicas -> new PartitionState(replicas.getFirst(), 0, replicas, 0))
                .toList();
    }

    /** The settings as they are kept: checked, and without surrounding blanks. */
    private static Map<String, String> settings(Map<String, String> given) {
        TopicConfig config = TopicConfig.of(given);
        return Arrays.stream(TopicSetting.values())
                .filter(config::isSet)
                .collect(Collectors.toMap(TopicSetting::settingName, config::value));
    }

    /** Random, and not with a leading dash, which would look like an option on a command line. */
    private TopicId newId() {
        while (true) {
            TopicId id = new TopicId(random.nextLong(), random.nextLong());
            if (!id.equals(TopicId.ZERO) && id.toString().charAt(0) != '-') {
                return id;
            }
        }
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        List<T> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    private static String sentence(IllegalArgumentException e) {
        return String.valueOf(e.getMessage());
    }
}
