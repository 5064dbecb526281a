package io.headrace.admin.controller;

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

    /**
     * @param count of partitions afterwards, not how many more
     */
    record AddPartitions(String topic, int count, boolean validateOnly) implements TopicChange {}

    record AlterConfig(String topic, List<SettingChange> changes, boolean validateOnly)
            implements TopicChange {}

    record DeleteTopic(String topic, boolean validateOnly) implements TopicChange {}

    /**
     * @param value to set; absent to return to the default
     */
    record SettingChange(String name, Optional<String> value) {}
}
