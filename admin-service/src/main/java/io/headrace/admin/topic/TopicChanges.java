package io.headrace.admin.topic;

import io.headrace.admin.audit.AuditLog;
import io.headrace.admin.audit.AuditedChange;
import io.headrace.admin.audit.AuditedResult;
import io.headrace.admin.audit.Caller;
import io.headrace.admin.controller.Controller;
import io.headrace.admin.controller.ControllerEvent.AddPartitions;
import io.headrace.admin.controller.ControllerEvent.AlterBrokerConfig;
import io.headrace.admin.controller.ControllerEvent.AlterConfig;
import io.headrace.admin.controller.ControllerEvent.BalanceChange;
import io.headrace.admin.controller.ControllerEvent.BrokerChange;
import io.headrace.admin.controller.ControllerEvent.CancelBalance;
import io.headrace.admin.controller.ControllerEvent.Change;
import io.headrace.admin.controller.ControllerEvent.CreateTopic;
import io.headrace.admin.controller.ControllerEvent.DeleteTopic;
import io.headrace.admin.controller.ControllerEvent.ElectLeaders;
import io.headrace.admin.controller.ControllerEvent.MovePartitions;
import io.headrace.admin.controller.ControllerEvent.PartitionChange;
import io.headrace.admin.controller.ControllerEvent.SetCordon;
import io.headrace.admin.controller.ControllerEvent.StartBalance;
import io.headrace.admin.controller.ControllerEvent.TopicChange;
import io.headrace.admin.controller.Outcome;
import io.headrace.admin.envelope.V3Exception;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import tools.jackson.databind.ObjectMapper;

/**
 * Every change of topics and partitions: decided by the controller, then written to the audit log.
 */
public final class TopicChanges {

    /** The whole request stands in the audit row, too. */
    private static final int NAMED_COUNT_MAX = 20;

    private final Controller controller;
    private final AuditLog audit;
    private final ObjectMapper json;
    private final Duration wait;

    /**
     * @param wait how long a caller waits for the controller
     */
    public TopicChanges(Controller controller, AuditLog audit, ObjectMapper json, Duration wait) {
        this.controller = controller;
        this.audit = audit;
        this.json = json;
        this.wait = wait;
    }

    /** How a topic is written down in the audit log. */
    private record AuditedTopic(
            String topicId, List<List<Integer>> assignments, Map<String, String> config) {}

    /**
     * @return what was before and after; nothing is changed when the change is only to be validated
     * @throws V3Exception if it is refused
     */
    public Outcome.Done apply(Change change, Caller caller) {
        Outcome outcome = decided(change);
        AuditedChange audited =
                new AuditedChange(
                        action(change),
                        type(change),
                        name(change),
                        json.writeValueAsString(change),
                        change.validateOnly());
        switch (outcome) {
            case Outcome.Done done -> {
                audit.append(
                        caller,
                        audited,
                        AuditedResult.ok(
                                done.before().map(this::text),
                                done.after().map(this::text),
                                done.controllerEpoch()));
                return done;
            }
            case Outcome.Refused(ErrorCode code, String message) -> {
                audit.append(caller, audited, AuditedResult.refused(code.name(), message));
                throw V3Exception.of(code, message);
            }
        }
    }

    private Outcome decided(Change change) {
        try {
            return controller.submit(change).get(wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return new Outcome.Refused(
                    ErrorCode.REQUEST_TIMED_OUT,
                    "the controller did not decide within "
                            + wait.toSeconds()
                            + " s; look whether the change was made before trying again");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Outcome.Refused(ErrorCode.SHUTTING_DOWN, "the admin-service is stopping");
        } catch (ExecutionException e) {
            throw new IllegalStateException("the controller answers outcomes only", e);
        }
    }

    private String text(TopicImage topic) {
        return json.writeValueAsString(
                new AuditedTopic(
                        topic.id().toString(), topic.assignments(), new TreeMap<>(topic.config())));
    }

    private static String type(Change change) {
        return switch (change) {
            case TopicChange c -> "topic";
            case PartitionChange c -> "partition";
            case BrokerChange c -> "broker";
            case BalanceChange c -> "cluster";
        };
    }

    private static String name(Change change) {
        return switch (change) {
            case TopicChange c -> c.topic();
            case ElectLeaders c -> c.partitions().isEmpty() ? "-" : names(c.partitions());
            case MovePartitions c -> names(c.targets().keySet());
            case BrokerChange c -> Integer.toString(c.broker());
            case BalanceChange c -> "balance";
        };
    }

    private static String cordonAction(SetCordon change) {
        return switch (change.step()) {
            case CORDON -> "broker.cordon";
            case DRAIN -> "broker.drain";
            case END_DRAIN -> "broker.end-drain";
            case UNCORDON -> "broker.uncordon";
        };
    }

    private static String names(Collection<TopicPartition> partitions) {
        return partitions.stream()
                .map(tp -> tp.topic() + "-" + tp.partition())
                .sorted()
                .limit(NAMED_COUNT_MAX)
                .collect(Collectors.joining(","));
    }

    private static String action(Change change) {
        return switch (change) {
            case CreateTopic c -> "topic.create";
            case AddPartitions c -> "topic.add-partitions";
            case AlterConfig c -> "topic.alter-config";
            case DeleteTopic c -> "topic.delete";
            case ElectLeaders c -> "partition.elect-leader";
            case MovePartitions c -> "partition.move";
            case SetCordon c -> cordonAction(c);
            case AlterBrokerConfig c -> "broker.alter-config";
            case StartBalance c -> "balance.start";
            case CancelBalance c -> "balance.cancel";
        };
    }
}
