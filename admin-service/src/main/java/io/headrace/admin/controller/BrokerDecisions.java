package io.headrace.admin.controller;

import io.headrace.admin.controller.ControllerEvent.AlterBrokerConfig;
import io.headrace.admin.controller.ControllerEvent.CordonStep;
import io.headrace.admin.controller.ControllerEvent.SetCordon;
import io.headrace.admin.controller.ControllerEvent.SettingChange;
import io.headrace.admin.controller.Decision.Plan;
import io.headrace.admin.controller.Decision.Refused;
import io.headrace.model.cluster.BrokerSetting;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.Cordon;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Decides on cordons, drains and settings of brokers. */
final class BrokerDecisions {

    private BrokerDecisions() {}

    static Decision cordon(ClusterImage image, SetCordon change, Standing standing, long nowMs) {
        int broker = change.broker();
        Optional<Cordon> before = Optional.ofNullable(image.cordons().get(broker));
        Optional<Cordon> after = after(before, change.step(), nowMs);
        if (before.isEmpty() && after.isPresent() && !isKnown(image, broker)) {
            return new Refused(
                    ErrorCode.INVALID_REQUEST,
                    "there is no live broker with id " + broker + ", nor a replica on it");
        }
        if (before.equals(after)) {
            return Plan.of(List.of());
        }
        List<List<ClusterWrite>> steps = new ArrayList<>();
        List<ClusterWrite> first = new ArrayList<>();
        first.add(new ClusterWrite.PutCordon(broker, after));
        if (after.isEmpty()) {
            withoutSeen(image, broker).ifPresent(first::add);
        }
        steps.add(first);
        boolean endsDrain =
                before.map(Cordon::isDraining).orElse(false)
                        && !after.map(Cordon::isDraining).orElse(false);
        if (endsDrain) {
            steps.addAll(Moves.steps(givenUp(image, broker, standing)));
        }
        return Plan.of(steps);
    }

    private static Optional<Cordon> after(Optional<Cordon> before, CordonStep step, long nowMs) {
        boolean wasDraining = before.map(Cordon::isDraining).orElse(false);
        long sinceMs = before.map(Cordon::sinceMs).orElse(nowMs);
        return switch (step) {
            case CORDON -> Optional.of(new Cordon(sinceMs, wasDraining));
            case DRAIN -> Optional.of(new Cordon(sinceMs, true));
            case END_DRAIN -> before.map(its -> new Cordon(sinceMs, false));
            case UNCORDON -> Optional.empty();
        };
    }

    /** One that died for good has replicas to be moved off it, too. */
    private static boolean isKnown(ClusterImage image, int broker) {
        return image.brokers().containsKey(broker)
                || image.topics().values().stream()
                        .flatMap(topic -> topic.assignments().stream())
                        .anyMatch(replicas -> replicas.contains(broker));
    }

    /** It is new again, and to be filled when it is empty. */
    private static Optional<ClusterWrite> withoutSeen(ClusterImage image, int broker) {
        return image.balance()
                .filter(run -> run.seen().contains(broker))
                .map(
                        run -> {
                            Set<Integer> seen = new HashSet<>(run.seen());
                            seen.remove(broker);
                            return new ClusterWrite.PutBalance(run.withSeen(seen));
                        });
    }

    private static Map<String, TopicEdit> givenUp(
            ClusterImage image, int broker, Standing standing) {
        Map<String, TopicEdit> edits = new TreeMap<>();
        for (TopicImage topic : image.topics().values()) {
            topic.moves()
                    .forEach(
                            (partition, move) -> {
                                if (move.removing().contains(broker)) {
                                    var _ =
                                            edits.computeIfAbsent(
                                                            topic.name(),
                                                            name -> new TopicEdit(topic, standing))
                                                    .giveUp(partition);
                                }
                            });
        }
        return edits;
    }

    static Decision config(ClusterImage image, AlterBrokerConfig change) {
        Map<String, String> before = image.brokerConfigs().getOrDefault(change.broker(), Map.of());
        Map<String, String> settings = new HashMap<>(change.replacesAll() ? Map.of() : before);
        if (!image.brokers().containsKey(change.broker()) && before.isEmpty()) {
            return new Refused(
                    ErrorCode.INVALID_REQUEST,
                    "there is no live broker with id " + change.broker());
        }
        for (SettingChange each : change.changes()) {
            Optional<BrokerSetting> setting = BrokerSetting.byName(each.name());
            if (setting.isEmpty()) {
                return new Refused(
                        ErrorCode.INVALID_CONFIG,
                        "'" + each.name() + "' cannot be changed while a broker runs");
            }
            if (SettingLists.isListOperation(each)) {
                return SettingLists.noList(each);
            }
            Optional<String> problem = each.value().flatMap(setting.get()::problem);
            if (problem.isPresent()) {
                return new Refused(ErrorCode.INVALID_CONFIG, problem.get());
            }
            each.value()
                    .ifPresentOrElse(
                            value -> settings.put(each.name(), value.strip()),
                            () -> settings.remove(each.name()));
        }
        return Plan.of(
                settings.equals(before)
                        ? List.of()
                        : List.of(
                                List.of(
                                        new ClusterWrite.PutBrokerConfig(
                                                change.broker(), settings))));
    }
}
