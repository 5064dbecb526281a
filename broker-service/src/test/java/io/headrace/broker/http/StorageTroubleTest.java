package io.headrace.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.model.coordination.ZkPaths;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients and probes see when the disk fails or is nearly full. */
class StorageTroubleTest {

    private static final long RESERVE = 1 << 20;

    @TempDir Path folder;
    private final SimulatedDisk disk = new SimulatedDisk(1);

    @Test
    void aFailedWriteIsAStorageErrorForEverybodyAndTheBrokerSaysSo() throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder, disk)) {
            broker.createTopic("t", 2, Map.of());
            assertThat(produce(broker, 0).statusCode()).isEqualTo(200);
            CompletableFuture<HttpResponse<String>> waiting = waitingFetch(broker);
            disk.failWrites(path -> path.toString().endsWith(".log"), 1);
            assertStorageError(produce(broker, 0));
            assertStorageError(waiting.get(10, TimeUnit.SECONDS));
            assertStorageError(produce(broker, 0));
            assertStorageError(produce(broker, 1));
            assertStorageError(broker.get(broker.batches("t", 0) + "?offset=0"));
            assertOffline(broker);
        }
    }

    @Test
    void aFailedFsyncIsNeverAnAcknowledgement() throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder, disk)) {
            broker.createTopic("t", 2, Map.of("flush.on.ack", "true"));
            assertThat(produce(broker, 0).statusCode()).isEqualTo(200);
            disk.failForces(path -> path.toString().endsWith(".log"), 1);
            HttpResponse<String> failed = produce(broker, 0);
            assertStorageError(failed);
            assertThat(failed.body()).contains("\"unknown\"");
            assertStorageError(produce(broker, 0));
            assertOffline(broker);
        }
    }

    private static void assertStorageError(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
        assertThat(answer.body())
                .contains("\"code\":\"KAFKA_STORAGE_ERROR\"")
                .contains("\"retriable\":true");
    }

    private static void assertOffline(RunningBroker broker) {
        Awaitility.await("others are to lead")
                .atMost(Duration.ofSeconds(10))
                .until(
                        () ->
                                broker.zooKeeper()
                                                .checkExists()
                                                .forPath(ZkPaths.broker(RunningBroker.ID))
                                        == null);
        HttpResponse<String> ready = broker.get(broker.url() + "/actuator/health/readiness");
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.body()).contains("\"logDirectoryOffline\":true");
        assertThat(broker.get(broker.url() + "/actuator/health/liveness").statusCode())
                .isEqualTo(200);
        assertThat(metrics(broker))
                .contains("kafka_log_logmanager_offlinelogdirectorycount 1.0")
                .contains("kafka_server_replicamanager_offlinereplicacount 2.0");
    }

    @Test
    void aNearlyFullDiskRefusesProducesWithANameServesReadsAndHealsByItself() throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder, disk)) {
            broker.createTopic("t", 1, Map.of());
            assertThat(produce(broker, 0).statusCode()).isEqualTo(200);
            disk.capacity(used(broker) + RESERVE - 1);
            HttpResponse<String> refused =
                    Awaitility.await()
                            .atMost(Duration.ofSeconds(10))
                            .until(() -> produce(broker, 0), answer -> answer.statusCode() != 200);
            assertThat(refused.statusCode()).as(refused.body()).isEqualTo(507);
            assertThat(refused.body())
                    .contains("\"code\":\"DISK_NEARLY_FULL\"")
                    .contains("\"retriable\":true")
                    .contains("not_done");
            String end = state(broker);
            assertThat(produce(broker, 0).statusCode()).isEqualTo(507);
            assertThat(state(broker)).isEqualTo(end);
            assertThat(broker.get(broker.batches("t", 0) + "?offset=0").statusCode())
                    .isEqualTo(200);
            HttpResponse<String> ready = broker.get(broker.url() + "/actuator/health/readiness");
            assertThat(ready.statusCode()).isEqualTo(200);
            assertThat(ready.body()).contains("\"diskNearlyFull\":true");
            assertThat(metrics(broker)).contains("headrace_broker_disk_nearly_full 1.0");

            disk.capacity(Long.MAX_VALUE);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> produce(broker, 0).statusCode() == 200);
            assertThat(metrics(broker)).contains("headrace_broker_disk_nearly_full 0.0");
        }
    }

    private long used(RunningBroker broker) {
        disk.capacity(1L << 40);
        return (1L << 40) - disk.usableBytes(broker.dataDir());
    }

    private static HttpResponse<String> produce(RunningBroker broker, int partition) {
        return broker.post(broker.batches("t", partition), RunningBroker.batch("x"));
    }

    private static CompletableFuture<HttpResponse<String>> waitingFetch(RunningBroker broker) {
        CompletableFuture<HttpResponse<String>> waiting =
                broker.http()
                        .sendAsync(
                                HttpRequest.newBuilder(
                                                URI.create(
                                                        broker.batches("t", 0)
                                                                + "?offset=1&max_wait_ms=20000"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString());
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> RunningBroker.replicas(broker).parkedCount() == 1);
        return waiting;
    }

    private static String state(RunningBroker broker) {
        return broker.get(broker.url() + "/v1/topics/t/partitions/0").body();
    }

    private static String metrics(RunningBroker broker) {
        return broker.get(broker.url() + "/actuator/prometheus").body();
    }
}
