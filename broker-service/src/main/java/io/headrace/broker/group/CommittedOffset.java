package io.headrace.broker.group;

import io.headrace.model.topic.TopicId;

/**
 * An offset as it is kept.
 *
 * @param leaderEpoch -1 for none
 * @param commitMs when it was committed
 * @param expireMs when it goes whatever the group does; -1 but from old clients
 * @param topicId {@link Offsets#ANY_ID} when it was not known
 */
record CommittedOffset(
        long offset,
        int leaderEpoch,
        String metadata,
        long commitMs,
        long expireMs,
        TopicId topicId) {

    /** False when the offset belongs to an earlier topic of the same name. */
    boolean isOf(TopicId wanted) {
        return topicId.equals(Offsets.ANY_ID)
                || wanted.equals(Offsets.ANY_ID)
                || topicId.equals(wanted);
    }
}
