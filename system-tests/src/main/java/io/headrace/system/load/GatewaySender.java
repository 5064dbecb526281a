package io.headrace.system.load;

import io.headrace.system.history.Value;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.apache.kafka.common.TopicPartition;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Sends one value after the other through the gateway, and waits for each reply. */
final class GatewaySender extends Worker {

    private static final int PADDING = 20;
    private static final long NANOS_PER_MS = 1_000_000;
    private static final Duration ASK_MAX = Duration.ofSeconds(40);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final String gateway;
    private final TestTopic topic;
    private final Journal journal;
    private final int number;

    GatewaySender(String name, String gateway, TestTopic topic, Journal journal) {
        super(name, journal);
        this.gateway = gateway;
        this.topic = topic;
        this.journal = journal;
        this.number = journal.producer(name, true);
    }

    @Override
    void work() {
        for (long counter = 0; !isStopping(); counter++) {
            long startNs = System.nanoTime();
            TopicPartition to =
                    new TopicPartition(topic.name(), (int) (counter % topic.partitions()));
            one(counter, to);
            long tookMs = (System.nanoTime() - startNs) / NANOS_PER_MS;
            pause(Math.max(0, 1000 / topic.perSecond() - tookMs));
        }
    }

    private void one(long counter, TopicPartition to) {
        String body =
                "{\"records\":[{\"value\":\"" + new Value(number, counter).text(PADDING) + "\"}]}";
        HttpRequest request =
                HttpRequest.newBuilder(
                                URI.create(
                                        gateway
                                                + "/topics/"
                                                + to.topic()
                                                + "/partitions/"
                                                + to.partition()))
                        .header("Content-Type", "application/vnd.kafka.text.v2+json")
                        .timeout(ASK_MAX)
                        .POST(BodyPublishers.ofString(body))
                        .build();
        long invokedMs = Journal.nowMs();
        journal.file().invoke(number, counter, journal.number(to), invokedMs);
        try {
            ended(counter, to, invokedMs, http.send(request, BodyHandlers.ofString()));
        } catch (IOException | JacksonException e) {
            unknown(counter, e.getClass().getSimpleName());
            pause(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            unknown(counter, "interrupted");
            stop();
        }
    }

    private void ended(
            long counter, TopicPartition to, long invokedMs, HttpResponse<String> answer) {
        if (answer.statusCode() == 429) {
            // Nothing of it was stored, as the API says.
            journal.file().failed(number, counter, Journal.nowMs(), "429");
            journal.failedOverHttp();
            pause(200);
            return;
        }
        JsonNode entry = JsonMapper.shared().readTree(answer.body()).at("/offsets/0");
        if (answer.statusCode() == 200 && entry.path("offset").isNumber()) {
            journal.ok(
                    number, counter, journal.number(to), entry.path("offset").asLong(), invokedMs);
        } else {
            unknown(counter, answer.statusCode() + " " + entry.path("error_code"));
            pause(200);
        }
    }

    private void unknown(long counter, String code) {
        journal.file().unknown(number, counter, Journal.nowMs(), code);
        journal.failedOverHttp();
    }
}
