package io.headrace.admin.controller;

import io.headrace.admin.controller.ControllerEvent.CreateTopic;
import io.headrace.admin.controller.Decision.Refused;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicName;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** What is wrong with a topic that somebody asks for; empty when nothing is. */
final class TopicChecks {

    private final TopicRules rules;

    TopicChecks(TopicRules rules) {
        this.rules = rules;
    }

    Optional<Refused> nameProblem(ClusterImage image, String name, boolean isInternal) {
        Optional<String> illegal = TopicName.problem(name);
        if (illegal.isPresent()) {
            return Optional.of(new Refused(ErrorCode.INVALID_TOPIC_EXCEPTION, illegal.get()));
        }
        if (isInternal && !TopicName.isInternal(name)) {
            return Optional.of(
                    new Refused(
                            ErrorCode.INVALID_TOPIC_EXCEPTION,
                            "'" + name + "' is not an internal topic"));
        }
        if (!isInternal && TopicName.isInternal(name)) {
            return Optional.of(internal(name));
        }
        if (image.topics().containsKey(name)) {
            return Optional.of(exists(name));
        }
        return image.topics().keySet().stream()
                .filter(other -> TopicName.collides(other, name))
                .findFirst()
                .map(
                        other ->
                                new Refused(
                                        ErrorCode.INVALID_TOPIC_EXCEPTION,
                                        "topic '"
                                                + name
                                                + "' collides with '"
                                                + other
                                                + "': names that differ only in '.' and '_' share their metrics"));
    }

    Optional<Refused> countProblem(ClusterImage image, int count, int factor) {
        if (count < 1 || count > rules.partitionCountMax()) {
            return Optional.of(
                    new Refused(
                            ErrorCode.INVALID_PARTITIONS,
                            "a topic has 1 to "
                                    + rules.partitionCountMax()
                                    + " partitions, not "
                                    + count));
        }
        if (factor < 1 || factor > Placement.eligible(image).size()) {
            return Optional.of(
                    new Refused(
                            ErrorCode.INVALID_REPLICATION_FACTOR,
                            "replication factor "
                                    + factor
                                    + " does not fit: there are "
                                    + Placement.eligible(image).size()
                                    + " live brokers that take replicas"));
        }
        return Optional.empty();
    }

    Optional<Refused> assignmentProblem(ClusterImage image, CreateTopic create) {
        List<List<Integer>> assignments = create.assignments();
        if (assignments.isEmpty()) {
            return Optional.empty();
        }
        String problem;
        int factor = assignments.getFirst().size();
        if (create.partitions().isPresent() || create.replicationFactor().isPresent()) {
            problem = "give either replicas_assignments or counts, not both";
        } else if (assignments.size() > rules.partitionCountMax()) {
            problem = "a topic has at most " + rules.partitionCountMax() + " partitions";
        } else {
            return replicasProblem(image, assignments, factor).map(TopicChecks::badAssignment);
        }
        return Optional.of(badAssignment(problem));
    }

    /**
     * @param added of the new partitions
     * @param count of new partitions
     * @param factor replicas that the topic's partitions have
     */
    Optional<Refused> addedProblem(
            ClusterImage image, List<List<Integer>> added, int count, int factor) {
        if (added.size() != count) {
            return Optional.of(
                    badAssignment(
                            "there are "
                                    + count
                                    + " new partitions, and replicas of "
                                    + added.size()
                                    + " are given"));
        }
        if (added.size() > rules.partitionCountMax()) {
            return Optional.of(
                    badAssignment(
                            "a topic has at most " + rules.partitionCountMax() + " partitions"));
        }
        return replicasProblem(image, added, factor).map(TopicChecks::badAssignment);
    }

    private static Optional<String> replicasProblem(
            ClusterImage image, List<List<Integer>> assignments, int factor) {
        if (factor == 0 || assignments.stream().anyMatch(r -> r.size() != factor)) {
            return Optional.of("every partition needs the same number of replicas, at least one");
        }
        if (assignments.stream().anyMatch(r -> new HashSet<>(r).size() != r.size())) {
            return Optional.of("a broker can hold only one replica of a partition");
        }
        return assignments.stream()
                .flatMap(List::stream)
                .flatMap(id -> Moves.notTaking(image, id).stream())
                .findFirst();
    }

    private static Refused badAssignment(String text) {
        return new Refused(ErrorCode.INVALID_REPLICA_ASSIGNMENT, text);
    }

    static Refused exists(String name) {
        return new Refused(ErrorCode.TOPIC_ALREADY_EXISTS, "topic '" + name + "' exists already");
    }

    static Refused unknown(String name) {
        return new Refused(
                ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no topic '" + name + "'");
    }

    static Refused internal(String name) {
        return new Refused(
                ErrorCode.INVALID_TOPIC_EXCEPTION,
                "topic '" + name + "' is internal and changed by the platform only");
    }
}
