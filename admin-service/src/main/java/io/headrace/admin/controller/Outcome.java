package io.headrace.admin.controller;

import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import java.util.Optional;

/** What became of a topic change. */
public sealed interface Outcome {

    /** Optional is empty where the topic does not exist, before or afterwards. */
    record Done(Optional<TopicImage> before, Optional<TopicImage> after, int controllerEpoch)
            implements Outcome {}

    /** Nothing was changed; for {@link ErrorCode#REQUEST_TIMED_OUT} it is not known. */
    record Refused(ErrorCode code, String message) implements Outcome {}
}
