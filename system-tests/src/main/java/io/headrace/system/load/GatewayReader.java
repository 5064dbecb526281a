package io.headrace.system.load;

import io.headrace.system.history.History.ReaderKind;
import io.headrace.system.history.Value;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.kafka.common.TopicPartition;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the partitions of a topic through the gateway, by offset. */
final class GatewayReader extends Worker implements Follower {

    private static final Duration ASK_MAX = Duration.ofSeconds(15);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final String gateway;
    private final TestTopic topic;
    private final Journal journal;
    private final Positions positions = new Positions();
    private final int number;

    GatewayReader(String name, String gateway, TestTopic topic, Journal journal) {
        super(name, journal);
        this.gateway = gateway;
        this.topic = topic;
        this.journal = journal;
        this.number = journal.reader(ReaderKind.ASSIGNED, "", name);
    }

    @Override
    public Positions positions() {
        return positions;
    }

    @Override
    void work() {
        for (int p = 0; p < topic.partitions(); p++) {
            TopicPartition partition = new TopicPartition(topic.name(), p);
            journal.file().position(number, journal.number(partition), 0);
            positions.put(partition, 0);
        }
        for (int turn = 0; !isStopping(); turn++) {
            TopicPartition partition = new TopicPartition(topic.name(), turn % topic.partitions());
            if (!read(partition)) {
                pause(100);
            }
        }
    }

    /** Answers whether something came. */
    private boolean read(TopicPartition partition) {
        String path =
                "/topics/%s/partitions/%d/records?offset=%d&timeout=200"
                        .formatted(
                                partition.topic(), partition.partition(), positions.get(partition));
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(gateway + path))
                        .header("Accept", "application/vnd.kafka.text.v2+json")
                        .timeout(ASK_MAX)
                        .build();
        try {
            HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
            return answer.statusCode() == 200 && note(partition, answer.body());
        } catch (IOException | JacksonException e) {
            return false; // the same again
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stop();
            return false;
        }
    }

    private boolean note(TopicPartition partition, String body) {
        JsonNode records = JsonMapper.shared().readTree(body);
        for (JsonNode each : records) {
            Value value =
                    Value.parse(each.path("value").asString().getBytes(StandardCharsets.UTF_8));
            long offset = each.path("offset").asLong();
            journal.file()
                    .read(
                            number,
                            journal.number(partition),
                            offset,
                            value.producer(),
                            value.counter());
            positions.put(partition, offset + 1);
        }
        return !records.isEmpty();
    }
}
