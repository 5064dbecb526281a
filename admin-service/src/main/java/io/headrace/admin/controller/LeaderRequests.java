package io.headrace.admin.controller;

import io.headrace.admin.controller.ControllerEvent.ElectLeaders;
import io.headrace.admin.controller.Decision.Plan;
import io.headrace.admin.controller.Outcome.Refused;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Decides on elections that somebody asks for: of the preferred leader, or of anybody. */
final class LeaderRequests {

    private LeaderRequests() {}

    static Plan decide(ClusterImage image, ElectLeaders request, Standing standing) {
        boolean isAll = request.partitions().isEmpty();
        Map<TopicPartition, Refused> refusals = new LinkedHashMap<>();
        Map<String, ClusterWrite.Elect> elections = new TreeMap<>();
        for (TopicPartition tp : isAll ? all(image) : request.partitions()) {
            Optional<PartitionState> state = image.partition(tp);
            TopicImage topic = image.topics().get(tp.topic());
            if (state.isEmpty() || topic == null) {
                refusals.put(
                        tp,
                        refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no " + name(tp)));
                continue;
            }
            Optional<PartitionState> next =
                    request.isUnclean()
                            ? unclean(state.get(), topic, tp.partition(), standing)
                            : LeaderElection.preferred(
                                    state.get(),
                                    topic.target(tp.partition()),
                                    standing.of(tp.topic(), tp.partition()));
            next.ifPresentOrElse(
                    it ->
                            elections
                                    .computeIfAbsent(
                                            tp.topic(),
                                            name ->
                                                    new ClusterWrite.Elect(
                                                            name, topic.id(), new TreeMap<>()))
                                    .changes()
                                    .put(
                                            tp.partition(),
                                            new ClusterWrite.StateChange(state.get(), it)),
                    () -> refusals.put(tp, why(request, state.get(), topic, tp, standing)));
        }
        if (isAll) {
            refusals.values().removeIf(it -> it.code() == ErrorCode.ELECTION_NOT_NEEDED);
        }
        return Plan.of(Elections.steps(image, List.copyOf(elections.values())), refusals);
    }

    private static Optional<PartitionState> unclean(
            PartitionState state, TopicImage topic, int partition, Standing standing) {
        return standing.live().contains(state.leader())
                ? Optional.empty()
                : LeaderElection.next(
                                state,
                                topic.assignments().get(partition),
                                standing.of(topic.name(), partition),
                                LeaderElection.Rules.of(topic, standing.defaults())
                                        .apply(partition)
                                        .unclean())
                        .filter(PartitionState::hasLeader);
    }

    private static Refused why(
            ElectLeaders request,
            PartitionState state,
            TopicImage topic,
            TopicPartition tp,
            Standing standing) {
        if (request.isUnclean()) {
            return standing.live().contains(state.leader())
                    ? notNeeded(tp)
                    : refused(
                            ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE,
                            "no replica of " + name(tp) + " is alive");
        }
        int preferred = topic.target(tp.partition()).getFirst();
        return state.leader() == preferred
                ? notNeeded(tp)
                : refused(
                        ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE,
                        "broker "
                                + preferred
                                + ", the preferred leader of "
                                + name(tp)
                                + ", is not in sync");
    }

    private static Refused notNeeded(TopicPartition tp) {
        return refused(ErrorCode.ELECTION_NOT_NEEDED, name(tp) + " has the leader already");
    }

    private static List<TopicPartition> all(ClusterImage image) {
        List<TopicPartition> all = new ArrayList<>();
        for (TopicImage topic : image.topics().values()) {
            for (int p = 0; p < topic.partitionCount(); p++) {
                all.add(new TopicPartition(topic.name(), p));
            }
        }
        return all;
    }

    private static String name(TopicPartition tp) {
        return "partition " + tp.partition() + " of '" + tp.topic() + "'";
    }

    private static Refused refused(ErrorCode code, String message) {
        return new Refused(code, message);
    }
}
