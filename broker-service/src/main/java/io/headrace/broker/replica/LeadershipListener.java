package io.headrace.broker.replica;

import io.headrace.model.topic.TopicPartition;

/** Told what this broker leads; on the converger's thread, must not block. */
public interface LeadershipListener {

    /** Nobody wants to know. */
    LeadershipListener NONE =
            new LeadershipListener() {
                @Override
                public void leads(TopicPartition partition, int leaderEpoch) {}

                @Override
                public void leadsNoMore(TopicPartition partition) {}
            };

    /** May be repeated. */
    void leads(TopicPartition partition, int leaderEpoch);

    /** May be repeated, and may come for a partition that was never led. */
    void leadsNoMore(TopicPartition partition);
}
