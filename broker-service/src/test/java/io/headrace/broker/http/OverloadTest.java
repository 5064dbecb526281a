package io.headrace.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import io.headrace.broker.disk.RealDisk;
import io.headrace.model.record.BatchesHttp;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Full bounds refuse with a retriable error, lose nothing, and are empty again afterwards. */
class OverloadTest {

    private static final String T = "/v1/topics/t/partitions/0";

    private static final String IN_FLIGHT = "headrace_broker_request_bytes_in_flight ";

    @TempDir Path folder;

    @Test
    void requestBytesInFlightAreBounded() throws Exception {
        try (RunningBroker broker =
                RunningBroker.start(
                        folder, "--headrace.broker.http.bytes-in-flight-max=1000000B")) {
            broker.createTopic("t", 1, Map.of());
            byte[] large = RunningBroker.batch("x".repeat(900_000));
            byte[] small = RunningBroker.batch("y".repeat(200_000));
            try (RawHttp first = new RawHttp(broker.port());
                    RawHttp second = new RawHttp(broker.port())) {
                first.send(head(large));
                first.send(Arrays.copyOf(large, 400_000));
                awaitInFlight(broker, large.length);

                second.send(head(small));
                second.send(Arrays.copyOf(small, 1_000)); // enough to be refused
                RawHttp.Answer refused = second.answer();
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.head()).containsIgnoringCase("retry-after: 1");
                assertThat(refused.text())
                        .contains("\"code\":\"OVERLOADED\"")
                        .contains("\"retriable\":true");

                first.send(Arrays.copyOfRange(large, 400_000, large.length));
                assertThat(first.answer().text()).contains("\"base_offset\":0");
            }
            awaitInFlight(broker, 0);
            assertThat(broker.post(broker.batches("t", 0), small).body())
                    .contains("\"base_offset\":1");
            assertThat(broker.get(broker.url() + T).body()).contains("\"log_end_offset\":2,");
        }
    }

    private static String head(byte[] body) {
        return String.join(
                "\r\n",
                "POST " + T + "/batches HTTP/1.1",
                "Host: x",
                "Content-Type: " + BatchesHttp.MEDIA_TYPE,
                "Content-Length: " + body.length,
                "",
                "");
    }

    private static void awaitInFlight(RunningBroker broker, int bytes) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(
                        () ->
                                broker.get(broker.url() + "/actuator/prometheus")
                                        .body()
                                        .lines()
                                        .filter(line -> line.startsWith(IN_FLIGHT))
                                        .mapToDouble(
                                                line ->
                                                        Double.parseDouble(
                                                                line.substring(IN_FLIGHT.length())))
                                        .allMatch(held -> held == bytes));
    }

    @Test
    void coldSlicesGoThroughBoundedWorkersAndNeverHoldAnEventLoop() throws Exception {
        ColdDisk cold = new ColdDisk();
        try (RunningBroker broker =
                RunningBroker.start(
                        folder,
                        cold.over(new RealDisk()),
                        "--headrace.broker.http.workers=1",
                        "--headrace.broker.http.workers-queue-max=1")) {
            broker.createTopic("t", 1, Map.of());
            byte[] batch = RunningBroker.batch("x");
            broker.post(broker.batches("t", 0), batch);
            CompletableFuture<HttpResponse<byte[]>> loading = fetch(broker);
            Awaitility.await().until(() -> cold.loading.get() == 1);
            CompletableFuture<HttpResponse<byte[]>> second = fetch(broker);
            CompletableFuture<HttpResponse<byte[]>> third = fetch(broker);
            CompletableFuture.anyOf(second, third).get(10, TimeUnit.SECONDS);
            CompletableFuture<HttpResponse<byte[]>> queued = second.isDone() ? third : second;
            HttpResponse<byte[]> tooMany = second.isDone() ? second.join() : third.join();
            assertThat(tooMany.statusCode()).isEqualTo(503);
            assertThat(tooMany.headers().firstValue("Retry-After")).hasValue("1");
            HttpResponse<String> refused = broker.get(broker.url() + T + "/segments");
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.body())
                    .contains("\"code\":\"OVERLOADED\"")
                    .contains("\"retriable\":true");
            assertThat(refused.headers().firstValue("Retry-After")).hasValue("1");
            for (int i = 0; i < 50; i++) {
                assertThat(broker.get(broker.url() + T).statusCode()).isEqualTo(200);
            }
            assertThat(broker.post(broker.batches("t", 0), batch).statusCode()).isEqualTo(200);
            assertThat(loading).isNotDone();
            assertThat(queued).isNotDone();

            cold.letGo();
            assertThat(loading.get(10, TimeUnit.SECONDS).body()).hasSize(batch.length);
            assertThat(queued.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
            assertThat(fetch(broker).get(10, TimeUnit.SECONDS).body()).hasSize(2 * batch.length);
            assertThat(cold.loadingThreads).allMatch(name -> name.startsWith("broker-read-"));
        }
    }

    private static CompletableFuture<HttpResponse<byte[]>> fetch(RunningBroker broker) {
        return broker.http()
                .sendAsync(
                        HttpRequest.newBuilder(URI.create(broker.batches("t", 0) + "?offset=0"))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
    }
}
