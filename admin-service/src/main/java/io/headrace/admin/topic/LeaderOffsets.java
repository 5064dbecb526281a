package io.headrace.admin.topic;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.headrace.admin.envelope.V3Exception;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectMapper;

/** Asks the leader of a partition for its offsets. */
public final class LeaderOffsets {

    private final HttpClient http;
    private final ObjectMapper json;
    private final Duration timeout;

    public LeaderOffsets(HttpClient http, ObjectMapper json, Duration timeout) {
        this.http = http;
        this.json = json;
        this.timeout = timeout;
    }

    /**
     * @param earliest log start offset
     * @param latest high watermark
     */
    record Range(long earliest, long latest) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Answer(long offset) {}

    /**
     * @throws V3Exception retriable, if there is no leader or it does not answer
     */
    Range range(ClusterImage image, TopicPartition partition) {
        BrokerRegistration leader =
                image.leaderOf(partition)
                        .orElseThrow(
                                () ->
                                        V3Exception.of(
                                                ErrorCode.LEADER_NOT_AVAILABLE,
                                                partition
                                                        + " has no live leader; try again later"));
        return new Range(ask(leader, partition, "earliest"), ask(leader, partition, "latest"));
    }

    private long ask(BrokerRegistration leader, TopicPartition partition, String which) {
        URI uri =
                URI.create(
                        leader.httpUrl()
                                + "/v1/topics/"
                                + partition.topic()
                                + "/partitions/"
                                + partition.partition()
                                + "/offsets?timestamp="
                                + which);
        try {
            HttpResponse<byte[]> response =
                    http.send(
                            HttpRequest.newBuilder(uri).timeout(timeout).GET().build(),
                            HttpResponse.BodyHandlers.ofByteArray());
            if (response.statusCode() == 200) {
                return json.readValue(response.body(), Answer.class).offset();
            }
        } catch (IOException | JacksonException e) {
            throw unanswered(leader, partition);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw V3Exception.of(ErrorCode.SHUTTING_DOWN, "the admin-service is stopping");
        }
        throw unanswered(leader, partition);
    }

    private static V3Exception unanswered(BrokerRegistration leader, TopicPartition partition) {
        return V3Exception.of(
                ErrorCode.LEADER_NOT_AVAILABLE,
                "broker "
                        + leader.id()
                        + ", the leader of "
                        + partition
                        + ", does not answer; try again later");
    }
}
