package io.headrace.admin.controller;

import io.headrace.model.cluster.BalanceRun;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.Cordon;
import io.headrace.model.cluster.DeletedTopic;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicId;
import java.util.Map;
import java.util.Optional;

/** One change of the cluster's truth, as a value; says what it expects to find. */
sealed interface ClusterWrite {

    /** Whether an image shows this write, or something newer than it. */
    boolean isVisibleIn(ClusterImage image);

    record Create(TopicImage topic) implements ClusterWrite {
        @Override
        public boolean isVisibleIn(ClusterImage image) {
            return image.topic(topic.name()).isPresent();
        }
    }

    /**
     * New config, or partitions appended, or both.
     *
     * @param before what must still be there (id, assignments, config)
     */
    record Replace(TopicImage before, TopicImage after) implements ClusterWrite {
        @Override
        public boolean isVisibleIn(ClusterImage image) {
            Optional<TopicImage> now = image.topic(after.name());
            return now.isEmpty()
                    || !now.get().id().equals(after.id())
                    || (now.get().config().equals(after.config())
                            && now.get().moves().equals(after.moves())
                            && now.get()
                                    .assignments()
                                    .subList(
                                            0,
                                            Math.min(
                                                    after.partitionCount(),
                                                    now.get().partitionCount()))
                                    .equals(after.assignments())
                            && now.get().partitionCount() >= after.partitionCount());
        }
    }

    /**
     * New states of some partitions of one topic.
     *
     * @param changes by partition
     */
    record Elect(String topic, TopicId id, Map<Integer, StateChange> changes)
            implements ClusterWrite {
        @Override
        public boolean isVisibleIn(ClusterImage image) {
            Optional<TopicImage> now = image.topic(topic);
            return now.isEmpty()
                    || !now.get().id().equals(id)
                    || changes.entrySet().stream()
                            .allMatch(
                                    change ->
                                            now.get().states().get(change.getKey()).partitionEpoch()
                                                    >= change.getValue().after().partitionEpoch());
        }
    }

    /**
     * @param before what must still be there
     */
    record StateChange(PartitionState before, PartitionState after) {

        /**
         * Whether a replica takes over that was neither in sync nor eligible: committed records may
         * be missing there.
         */
        boolean isUnclean() {
            return after.hasLeader()
                    && after.leader() != before.leader()
                    && !before.isr().contains(after.leader())
                    && !before.elr().contains(after.leader());
        }
    }

    /** Removes the topic and leaves the tombstone, in one. */
    record Delete(TopicImage topic, DeletedTopic tombstone) implements ClusterWrite {
        @Override
        public boolean isVisibleIn(ClusterImage image) {
            return image.deletedTopics().containsKey(topic.id())
                    && image.topic(topic.name())
                            .map(now -> !now.id().equals(topic.id()))
                            .orElse(true);
        }
    }

    /** Removes the registration of a broker that died, unless it has registered anew. */
    record Unregister(int brokerId, long brokerEpoch) implements ClusterWrite {
        @Override
        public boolean isVisibleIn(ClusterImage image) {
            BrokerRegistration now = image.brokers().get(brokerId);
            return now == null || now.epoch() != brokerEpoch;
        }
    }

    /** Removes a tombstone that no broker needs any more. */
    record Forget(TopicId id) implements ClusterWrite {
        @Override
        public boolean isVisibleIn(ClusterImage image) {
            return !image.deletedTopics().containsKey(id);
        }
    }

    /**
     * @param cordon empty to end it
     */
    record PutCordon(int broker, Optional<Cordon> cordon) implements ClusterWrite {
        @Override
        public boolean isVisibleIn(ClusterImage image) {
            return Optional.ofNullable(image.cordons().get(broker)).equals(cordon);
        }
    }

    /** All settings of a broker that were changed at run time. */
    record PutBrokerConfig(int broker, Map<String, String> settings) implements ClusterWrite {
        @Override
        public boolean isVisibleIn(ClusterImage image) {
            return image.brokerConfigs().getOrDefault(broker, Map.of()).equals(settings);
        }
    }

    record PutBalance(BalanceRun run) implements ClusterWrite {
        @Override
        public boolean isVisibleIn(ClusterImage image) {
            return image.balance().equals(Optional.of(run));
        }
    }

    /**
     * What all elections up to here have seen of brokers, so that the next controller notices a
     * restart that happened in between, and leaders know whom they may add to an ISR.
     *
     * @param distrust of the newly admitted, those that must not be in an ISR or ELR with others
     */
    record RememberBrokers(Remembered brokers, Distrust distrust) implements ClusterWrite {
        @Override
        public boolean isVisibleIn(ClusterImage image) {
            return image.admission().epochs().equals(brokers.admitted());
        }
    }
}
