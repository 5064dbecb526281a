package io.headrace.admin.controller;

import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the core makes of an event. */
sealed interface Decision {

    record Refused(ErrorCode code, String message) implements Decision {}

    /**
     * @param before the topic as it is, if the event is about one that exists
     * @param after the topic as it will be, if it will exist
     * @param refusals partitions of a change of many for which it is refused
     * @param isFirstHalf whether the event is to be decided on again, on an image that shows this
     * @param steps each step is one atomic multi; they are written in order
     */
    record Plan(
            Optional<TopicImage> before,
            Optional<TopicImage> after,
            List<List<ClusterWrite>> steps,
            Map<TopicPartition, Outcome.Refused> refusals,
            boolean isFirstHalf)
            implements Decision {

        Plan(
                Optional<TopicImage> before,
                Optional<TopicImage> after,
                List<List<ClusterWrite>> steps) {
            this(before, after, steps, Map.of(), false);
        }

        static Plan of(List<List<ClusterWrite>> steps) {
            return new Plan(Optional.empty(), Optional.empty(), steps);
        }

        static Plan of(
                List<List<ClusterWrite>> steps, Map<TopicPartition, Outcome.Refused> refusals) {
            return new Plan(Optional.empty(), Optional.empty(), steps, refusals, false);
        }

        static Plan firstHalf(List<List<ClusterWrite>> steps) {
            return new Plan(Optional.empty(), Optional.empty(), steps, Map.of(), true);
        }
    }
}
