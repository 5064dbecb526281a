package io.headrace.admin.controller;

import io.headrace.admin.controller.ControllerEvent.AddPartitions;
import io.headrace.admin.controller.ControllerEvent.AlterConfig;
import io.headrace.admin.controller.ControllerEvent.CreateTopic;
import io.headrace.admin.controller.ControllerEvent.DeleteTopic;
import io.headrace.admin.controller.ControllerEvent.SettingChange;
import io.headrace.admin.controller.Decision.Plan;
import io.headrace.admin.controller.Decision.Refused;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Decides on the creation, growth, settings and end of topics. Has no state. */
final class TopicDecisions {

    /** From this replication factor on, an unset minimum ISR becomes {@link #MIN_ISR_DEFAULT}. */
    private static final int FACTOR_WITH_MIN_ISR = 3;

    private static final String MIN_ISR_DEFAULT = "2";

    private final TopicRules rules;
    private final Clock clock;
    private final RandomGenerator random;
    private final TopicChecks checks;

    TopicDecisions(TopicRules rules, Clock clock, RandomGenerator random) {
        this.rules = rules;
        this.checks = new TopicChecks(rules);
        this.clock = clock;
        this.random = random;
    }

    List<ClusterWrite> oldTombstones(ClusterImage image) {
        long now = clock.millis();
        List<ClusterWrite> old = new ArrayList<>();
        for (DeletedTopic deleted : image.deletedTopics().values()) {
            long goesAtMs =
                    deleted.deletedAtMs()
                            + deleted.graceMs()
                            + rules.tombstoneRetention().toMillis();
            if (goesAtMs < now && old.size() < Elections.STEP_WRITE_COUNT_MAX) {
                old.add(new ClusterWrite.Forget(deleted.id()));
            }
        }
        return old;
    }

    Decision create(ClusterImage image, CreateTopic create) {
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
            int factor = create.replicationFactor().orElse(defaultFactor(image));
            boolean isLeftToUs = create.replicationFactor().isEmpty() || create.isInternal();
            if (isLeftToUs && factor >= FACTOR_WITH_MIN_ISR) {
                config.putIfAbsent(TopicSetting.MIN_INSYNC_REPLICAS.settingName(), MIN_ISR_DEFAULT);
            }
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

    /** As many as there are brokers for, up to the configured default. */
    private int defaultFactor(ClusterImage image) {
        return Math.clamp(Placement.eligible(image).size(), 1, rules.replicationFactorDefault());
    }

    Decision addPartitions(ClusterImage image, AddPartitions add) {
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
        int more = add.count() - topic.partitionCount();
        Optional<Refused> problem =
                add.assignments()
                        .map(given -> checks.addedProblem(image, given, more, factor))
                        .orElseGet(() -> checks.countProblem(image, add.count(), factor));
        if (problem.isPresent()) {
            return problem.get();
        }
        List<List<Integer>> added =
                add.assignments()
                        .orElseGet(
                                () ->
                                        Placement.place(
                                                image, topic.assignments(), more, factor, random));
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

    Decision alterConfig(ClusterImage image, AlterConfig alter) {
        TopicImage topic = image.topics().get(alter.topic());
        if (topic == null) {
            return TopicChecks.unknown(alter.topic());
        }
        Map<String, String> config = new HashMap<>(alter.replacesAll() ? Map.of() : topic.config());
        Set<String> seen = new HashSet<>();
        for (SettingChange change : alter.changes()) {
            if (!seen.add(change.name())) {
                return new Refused(
                        ErrorCode.INVALID_CONFIG, "'" + change.name() + "' is given twice");
            }
            Optional<TopicSetting> setting = TopicSetting.byName(change.name());
            if (setting.isEmpty()) {
                return new Refused(
                        ErrorCode.INVALID_CONFIG, "'" + change.name() + "' is not a topic setting");
            }
            if (SettingLists.isListOperation(change)) {
                if (!SettingLists.isList(setting.get())) {
                    return SettingLists.noList(change);
                }
                String now = config.getOrDefault(change.name(), setting.get().defaultValue());
                config.put(change.name(), SettingLists.changed(now, change));
            } else {
                change.value()
                        .ifPresentOrElse(
                                value -> config.put(change.name(), value),
                                () -> config.remove(change.name()));
            }
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
            Plan plan = replace(topic, after);
            return minima(image, topic).equals(minima(image, after))
                    ? plan
                    : withoutEligible(plan, topic);
        } catch (IllegalArgumentException e) {
            return new Refused(ErrorCode.INVALID_CONFIG, sentence(e));
        }
    }

    /** By partition. */
    private static List<Integer> minima(ClusterImage image, TopicImage topic) {
        IntFunction<LeaderElection.Rules> rules =
                LeaderElection.Rules.of(topic, Standing.defaults(image));
        return IntStream.range(0, topic.partitionCount())
                .mapToObj(partition -> rules.apply(partition).minIsr())
                .toList();
    }

    /** Under another minimum the high watermark may have moved on without the eligible ones. */
    private static Plan withoutEligible(Plan plan, TopicImage topic) {
        Map<Integer, ClusterWrite.StateChange> changes = new TreeMap<>();
        for (int p = 0; p < topic.partitionCount(); p++) {
            PartitionState state = topic.states().get(p);
            if (!state.elr().isEmpty()) {
                changes.put(
                        p,
                        new ClusterWrite.StateChange(
                                state,
                                new PartitionState(
                                        state.leader(),
                                        state.leaderEpoch(),
                                        state.isr(),
                                        state.partitionEpoch() + 1)));
            }
        }
        if (changes.isEmpty()) {
            return plan;
        }
        List<ClusterWrite> step = new ArrayList<>(plan.steps().getFirst());
        step.add(new ClusterWrite.Elect(topic.name(), topic.id(), changes));
        return new Plan(plan.before(), plan.after(), List.of(step));
    }

    Decision delete(ClusterImage image, DeleteTopic delete) {
        TopicImage topic = image.topics().get(delete.topic());
        if (topic == null) {
            return TopicChecks.unknown(delete.topic());
        }
        if (delete.id().isPresent() && !delete.id().get().equals(topic.id().toString())) {
            return new Refused(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "topic '%s' has another id than %s now"
                            .formatted(delete.topic(), delete.id().get()));
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
                .collect(
                        Collectors.toMap(
                                TopicSetting::settingName,
                                config::value,
                                (one, other) -> one,
                                HashMap::new));
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
