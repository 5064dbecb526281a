package io.headrace.admin.controller;

import io.headrace.admin.balance.PlannedMove;
import io.headrace.model.topic.TopicPartition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** What the controller reacts to. */
public sealed interface ControllerEvent {

    /** Brokers or topics changed: elections may be due. */
    record ClusterChanged() implements ControllerEvent {}

    /** Time passed: tombstones may be old enough to go. */
    record Tick() implements ControllerEvent {}

    /** The process behind a registration is known to be dead. */
    record BrokerGone(int brokerId, long brokerEpoch) implements ControllerEvent {}

    /** Somebody asks for it. */
    sealed interface Change extends ControllerEvent {

        /** Whether to decide only, and write nothing. */
        boolean validateOnly();
    }

    /** Somebody asks to change a topic. */
    sealed interface TopicChange extends Change {
        String topic();
    }

    /** Somebody asks to change partitions of any topics; each of them can be refused alone. */
    sealed interface PartitionChange extends Change {}

    /**
     * @param partitions empty for all that need it
     * @param isUnclean whether a replica that is not in sync may lead where nobody else can; else
     *     the first of the assignment is made the leader where it is in sync
     */
    record ElectLeaders(List<TopicPartition> partitions, boolean isUnclean, boolean validateOnly)
            implements PartitionChange {}

    /**
     * @param partitions how many; absent for the default, or when assignments are given
     * @param replicationFactor absent for the default, or when assignments are given
     * @param assignments broker ids per partition; empty to let the controller place them
     * @param config settings by Kafka's names
     * @param isInternal whether the platform itself asks, for one of its internal topics
     */
    record CreateTopic(
            String topic,
            OptionalInt partitions,
            OptionalInt replicationFactor,
            List<List<Integer>> assignments,
            Map<String, String> config,
            boolean validateOnly,
            boolean isInternal)
            implements TopicChange {

        /** Somebody's own topic. */
        public CreateTopic(
                String topic,
                OptionalInt partitions,
                OptionalInt replicationFactor,
                List<List<Integer>> assignments,
                Map<String, String> config,
                boolean validateOnly) {
            this(topic, partitions, replicationFactor, assignments, config, validateOnly, false);
        }
    }

    /**
     * @param targets where each partition is to be, preferred leader first; empty to give its move
     *     up
     * @param mayChangeFactor whether a target may have more or fewer replicas than before
     */
    record MovePartitions(
            Map<TopicPartition, Optional<List<Integer>>> targets,
            boolean mayChangeFactor,
            boolean validateOnly)
            implements PartitionChange {}

    /** Somebody asks to change a broker's part in the cluster. */
    sealed interface BrokerChange extends Change {
        int broker();
    }

    record SetCordon(int broker, CordonStep step, boolean validateOnly) implements BrokerChange {}

    /** What becomes of a broker's cordon, whatever it is at the time. */
    enum CordonStep {
        /** It gets no new replicas; a drain goes on. */
        CORDON,
        /** Its replicas move away, too. */
        DRAIN,
        /** Moves that take replicas from it are given up; it stays cordoned. */
        END_DRAIN,
        /** Ends a drain, too. */
        UNCORDON
    }

    /**
     * @param replacesAll whether settings that are not named return to their defaults
     */
    record AlterBrokerConfig(
            int broker, List<SettingChange> changes, boolean replacesAll, boolean validateOnly)
            implements BrokerChange {

        public AlterBrokerConfig(int broker, List<SettingChange> changes, boolean validateOnly) {
            this(broker, changes, false, validateOnly);
        }
    }

    /** Somebody asks for a plan to be carried out, or to be given up. */
    sealed interface BalanceChange extends Change {}

    /**
     * @param moves of the plan, in order
     */
    record StartBalance(List<PlannedMove> moves, String reason, boolean validateOnly)
            implements BalanceChange {}

    /** What has begun to move is moved to its end. */
    record CancelBalance(boolean validateOnly) implements BalanceChange {}

    /**
     * @param count of partitions afterwards, not how many more
     * @param assignments broker ids of each new partition, preferred leader first; absent: the
     *     controller places them
     */
    record AddPartitions(
            String topic,
            int count,
            Optional<List<List<Integer>>> assignments,
            boolean validateOnly)
            implements TopicChange {

        public AddPartitions(String topic, int count, boolean validateOnly) {
            this(topic, count, Optional.empty(), validateOnly);
        }
    }

    /**
     * @param replacesAll whether settings that are not named return to their defaults
     */
    record AlterConfig(
            String topic, List<SettingChange> changes, boolean replacesAll, boolean validateOnly)
            implements TopicChange {

        public AlterConfig(String topic, List<SettingChange> changes, boolean validateOnly) {
            this(topic, changes, false, validateOnly);
        }
    }

    /**
     * @param id of the topic that is meant, as text; absent: whichever has the name
     */
    record DeleteTopic(String topic, Optional<String> id, boolean validateOnly)
            implements TopicChange {}

    /**
     * @param value absent only for DELETE
     */
    record SettingChange(String name, Optional<String> value, Operation operation) {

        /** APPEND and SUBTRACT change a list, word by word, whatever it is at the time. */
        public enum Operation {
            SET,
            DELETE,
            APPEND,
            SUBTRACT
        }

        public SettingChange {
            if (value.isEmpty() != (operation == Operation.DELETE)) {
                throw new IllegalArgumentException("a value is for all operations but DELETE");
            }
        }

        /** Sets the value, or returns to the default where it is absent. */
        public SettingChange(String name, Optional<String> value) {
            this(name, value, value.isPresent() ? Operation.SET : Operation.DELETE);
        }
    }
}
