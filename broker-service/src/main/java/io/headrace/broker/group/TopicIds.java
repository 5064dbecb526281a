package io.headrace.broker.group;

import io.headrace.model.topic.TopicId;

/** What the cluster knows of the topics that offsets were committed for; any thread may ask. */
public interface TopicIds {

    /** The id of the topic that has this name; {@link Offsets#ANY_ID} when none is known. */
    TopicId idOf(String topic);

    /** Whether the topic with this id was deleted; false where that is not certain. */
    boolean isDeleted(TopicId id);
}
