package io.headrace.admin.history;

import io.headrace.admin.envelope.V3Clusters;
import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3Metadata;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Lag over time over HTTP. */
@RestController
@RequestMapping(
        path = {
            "/v3/clusters/{clusterId}/consumer-groups/{group}/lag-history",
            "/kafka/v3/clusters/{clusterId}/consumer-groups/{group}/lag-history"
        },
        produces = MediaType.APPLICATION_JSON_VALUE)
class LagHistoryResource {

    private static final long USUAL_SPAN_MS = Duration.ofHours(1).toMillis();
    private static final int USUAL_POINT_COUNT = 60;
    private static final long TIME_MS_MAX = 100_000_000_000_000L;

    private final LagHistory history;
    private final V3Clusters clusters;
    private final Clock clock;

    LagHistoryResource(LagHistory history, V3Clusters clusters, Clock clock) {
        this.history = history;
        this.clusters = clusters;
        this.clock = clock;
    }

    /**
     * @param from time of the first point, ISO-8601 or milliseconds; an hour before {@code to} when
     *     absent
     * @param to no point is later; now when absent
     * @param step between points, like PT1M or milliseconds; a sixtieth of the time when absent
     * @param by {@code total} (the sum, the default) or {@code partition}
     */
    @GetMapping
    LagHistoryView get(
            @PathVariable String clusterId,
            @PathVariable String group,
            @RequestParam Optional<String> from,
            @RequestParam Optional<String> to,
            @RequestParam Optional<String> step,
            @RequestParam(defaultValue = "total") String by,
            @RequestParam(name = "topic_name") Optional<String> topic,
            @RequestParam(name = "partition_id") Optional<Integer> partition,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        if (!List.of("total", "partition").contains(by)) {
            throw V3Exception.badRequest("'by' must be total or partition");
        }
        long toMs = to.map(text -> time("to", text)).orElseGet(clock::millis);
        long fromMs =
                from.map(text -> time("from", text)).orElse(Math.max(0, toMs - USUAL_SPAN_MS));
        if (fromMs > toMs) {
            throw V3Exception.badRequest("'from' must not be later than 'to'");
        }
        long stepMs =
                step.map(LagHistoryResource::step)
                        .orElse(Math.max(1_000, (toMs - fromMs) / USUAL_POINT_COUNT));
        LagHistory.Query query =
                new LagHistory.Query(group, topic, partition, fromMs, toMs, stepMs);
        if (query.pointCount() > LagHistory.POINT_COUNT_MAX) {
            throw V3Exception.badRequest(
                    "'step' is too short for this time: at most "
                            + LagHistory.POINT_COUNT_MAX
                            + " points are given");
        }
        List<LagHistory.Line> lines = history.lines(query);
        boolean isTotal = by.equals("total");
        return new LagHistoryView(
                "HeadraceLagHistory",
                new V3Metadata(
                        links.url("consumer-groups", group, "lag-history"),
                        links.resourceName("consumer-group", group) + "/lag-history"),
                clusterId,
                group,
                LagHistoryView.text(fromMs),
                LagHistoryView.text(toMs),
                stepMs,
                isTotal ? LagHistoryView.totals(lines) : null,
                isTotal ? null : LagHistoryView.partitions(lines));
    }

    private static long time(String name, String text) {
        try {
            long ms =
                    text.matches("\\d{1,15}")
                            ? Long.parseLong(text)
                            : Instant.parse(text).toEpochMilli();
            if (ms >= 0 && ms < TIME_MS_MAX) {
                return ms;
            }
        } catch (DateTimeException | ArithmeticException e) {
            throw notATime(name);
        }
        throw notATime(name);
    }

    private static V3Exception notATime(String name) {
        return V3Exception.badRequest(
                "'" + name + "' must be a time like 2026-01-31T12:00:00Z or milliseconds");
    }

    private static long step(String text) {
        try {
            long ms =
                    text.matches("\\d{1,12}")
                            ? Long.parseLong(text)
                            : Duration.parse(text).toMillis();
            if (ms > 0) {
                return ms;
            }
        } catch (DateTimeException | ArithmeticException e) {
            throw notAStep();
        }
        throw notAStep();
    }

    private static V3Exception notAStep() {
        return V3Exception.badRequest("'step' must be a time span like PT1M or milliseconds");
    }
}
