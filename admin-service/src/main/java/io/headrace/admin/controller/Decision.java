package io.headrace.admin.controller;

import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import java.util.List;
import java.util.Optional;

/** What the core makes of an event. */
sealed interface Decision {

    record Refused(ErrorCode code, String message) implements Decision {}

    /**
     * @param before the topic as it is, if the event is about one that exists
     * @param after the topic as it will be, if it will exist
     * @param steps each step is one atomic multi; they are written in order
     */
    record Plan(
            Optional<TopicImage> before, Optional<TopicImage> after, List<List<ClusterWrite>> steps)
            implements Decision {

        static Plan nothing() {
            return new Plan(Optional.empty(), Optional.empty(), List.of());
        }
    }
}
