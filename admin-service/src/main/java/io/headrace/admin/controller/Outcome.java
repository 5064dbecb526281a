package io.headrace.admin.controller;

import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.util.Map;
import java.util.Optional;

/** What became of a change. */
public sealed interface Outcome {

    /**
     * @param before empty where the change is not of one topic, or the topic did not exist
     * @param after empty where the change is not of one topic, or the topic does not exist
     * @param refusals partitions of a change of many for which it was refused
     */
    record Done(
            Optional<TopicImage> before,
            Optional<TopicImage> after,
            int controllerEpoch,
            Map<TopicPartition, Refused> refusals)
            implements Outcome {}

    /** Nothing was changed; for {@link ErrorCode#REQUEST_TIMED_OUT} it is not known. */
    record Refused(ErrorCode code, String message) implements Outcome {}
}
