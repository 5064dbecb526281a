package io.headrace.admin.history;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Metadata;
import io.headrace.admin.history.LagHistory.Line;
import io.headrace.admin.history.LagHistory.Point;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * HeadraceLagHistory.
 *
 * @param totals of all partitions, where the sum was asked for
 * @param partitions where they were asked for one by one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record LagHistoryView(
        String kind,
        V3Metadata metadata,
        @JsonProperty("cluster_id") String clusterId,
        @JsonProperty("consumer_group_id") String groupId,
        String from,
        String to,
        @JsonProperty("step_ms") long stepMs,
        @Nullable List<Total> totals,
        @Nullable List<OfPartition> partitions) {

    record Total(
            String at,
            @JsonProperty("total_lag") long totalLag,
            @JsonProperty("partitions_count") int partitionsCount) {}

    record OfPartition(
            @JsonProperty("topic_name") String topicName,
            @JsonProperty("partition_id") int partitionId,
            List<At> points) {}

    record At(
            String at,
            @JsonProperty("current_offset") long currentOffset,
            @JsonProperty("log_end_offset") long logEndOffset,
            long lag) {}

    static List<Total> totals(List<Line> lines) {
        TreeMap<Long, Total> totals = new TreeMap<>();
        for (Line line : lines) {
            for (Point point : line.points()) {
                Total one = new Total(text(point.atMs()), point.lag(), 1);
                totals.merge(
                        point.atMs(),
                        one,
                        (a, b) ->
                                new Total(
                                        a.at(),
                                        a.totalLag() + b.totalLag(),
                                        a.partitionsCount() + 1));
            }
        }
        return List.copyOf(totals.values());
    }

    static List<OfPartition> partitions(List<Line> lines) {
        return lines.stream()
                .map(
                        line ->
                                new OfPartition(
                                        line.partition().topic(),
                                        line.partition().partition(),
                                        line.points().stream().map(LagHistoryView::at).toList()))
                .toList();
    }

    private static At at(Point point) {
        return new At(text(point.atMs()), point.committed(), point.logEnd(), point.lag());
    }

    static String text(long ms) {
        return Instant.ofEpochMilli(ms).toString();
    }
}
