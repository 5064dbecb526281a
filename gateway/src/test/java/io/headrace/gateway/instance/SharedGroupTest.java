package io.headrace.gateway.instance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Instances among other members, on two gateways, and clients that go. */
class SharedGroupTest {

    private static TwoGateways gateways;
    private static ExecutorService threads;

    @BeforeAll
    static void start() throws Exception {
        gateways = TwoGateways.start();
        threads = Executors.newVirtualThreadPerTaskExecutor();
    }

    @AfterAll
    static void stop() throws Exception {
        threads.shutdownNow();
        gateways.close();
    }

    private static InstanceClient create(String group, String name, boolean isAutoCommitting) {
        return InstanceClient.create(
                gateways.http,
                gateways.one.url(),
                group,
                InstanceClient.settings(name, "json", isAutoCommitting));
    }

    private static Set<Integer> offsets(List<JsonNode> records) {
        Set<Integer> offsets = new TreeSet<>();
        records.forEach(record -> offsets.add(record.path("offset").asInt(-1)));
        return offsets;
    }

    private static KafkaConsumer<byte[], byte[]> stockConsumer(String group) {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        gateways.cluster.bootstrap(),
                        "group.id",
                        group,
                        "auto.offset.reset",
                        "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    @Test
    void idleInstancesDoNotHoldUpAStockMemberAndTheyShareThePartitions() throws Exception {
        String topic = gateways.topic(6);
        InstanceClient first = create("shared", "first", true).subscribe(topic);
        first.read("?timeout=0");
        InstanceClient second =
                InstanceClient.create(
                                gateways.http,
                                gateways.two.url(),
                                "shared",
                                InstanceClient.settings("second", "json", true))
                        .subscribe(topic);
        second.read("?timeout=0");
        long begin = System.nanoTime();
        try (KafkaConsumer<byte[], byte[]> third = stockConsumer("shared")) {
            third.subscribe(List.of(topic));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(1))
                    .until(
                            () -> {
                                third.poll(Duration.ofMillis(100));
                                return third.assignment().size() == 2;
                            });
            long joinedMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
            assertThat(joinedMs).as("the idle instances joined the rebalance").isLessThan(10_000);
            for (int p = 0; p < 6; p++) {
                gateways.produce(topic, p, 10 * p, 5);
            }
            List<JsonNode> ofFirst = first.readAll(10);
            List<JsonNode> ofSecond = second.readAll(10);
            Set<Integer> partitions = new TreeSet<>();
            ofFirst.forEach(record -> partitions.add(record.path("partition").asInt()));
            ofSecond.forEach(record -> partitions.add(record.path("partition").asInt()));
            third.assignment().forEach(partition -> partitions.add(partition.partition()));
            assertThat(partitions).containsExactly(0, 1, 2, 3, 4, 5);
        }
        first.delete("");
        second.delete("");
    }

    @Test
    void deletingAnInstanceGivesItsPartitionsToTheOthersAtOnce() throws Exception {
        String topic = gateways.topic(2);
        InstanceClient leaving = create("leaves", "leaving", true).subscribe(topic);
        leaving.read("?timeout=0");
        InstanceClient staying = create("leaves", "staying", true).subscribe(topic);
        staying.read("?timeout=0");
        gateways.produce(topic, 0, 0, 1);
        gateways.produce(topic, 1, 0, 1);
        assertThat(leaving.delete("").statusCode()).isEqualTo(204);
        long begin = System.nanoTime();
        staying.readAll(2);
        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin)).isLessThan(15);
        staying.delete("");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void recordsThatTheClientDidNotReceiveAreReadAgain(boolean isProxied) throws Exception {
        String topic = gateways.topic(1);
        String text = "x".repeat(1_000);
        for (int i = 0; i < 8; i++) {
            gateways.http.post(
                    gateways.one.url() + "/topics/" + topic + "?lines=true",
                    "text/plain",
                    (text + "\n").repeat(1_000));
        }
        String group = "unread-" + isProxied;
        InstanceClient instance = create(group, "a", true).subscribe(topic);
        assertThat(instance.read("?max_bytes=10000&timeout=5000")).isNotEmpty();
        InstanceClient cut = instance.through(isProxied ? gateways.two.url() : gateways.one.url());
        for (int i = 0; i < 3; i++) {
            readPartOfAnAnswer(cut, 5_000);
            if (isProxied) {
                awaitTakenBack(group);
            }
        }
        List<JsonNode> next = instance.read("?max_bytes=10000&timeout=5000");
        assertThat(next.getFirst().path("offset").asInt()).isEqualTo(10);
        readPartOfAnAnswer(cut, 100);
        if (isProxied) {
            awaitTakenBack(group);
        }
        instance.delete("");

        InstanceClient successor = create(group, "b", true).subscribe(topic);
        assertThat(successor.read("?max_bytes=1&timeout=5000").getFirst().path("offset").asInt())
                .as("committed with auto commit: the two pages that were received whole")
                .isEqualTo(20);
        successor.delete("");
    }

    /** News of a client of another gateway has a way to go, which its next call could overtake. */
    private static void awaitTakenBack(String group) {
        ConsumerInstance instance =
                gateways.one.context().getBean(Instances.class).find(new InstanceKey(group, "a"));
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> instance.lastPage().state() == Page.State.TAKEN_BACK);
    }

    /** Asks for megabytes, reads so many bytes, and is gone. */
    private static void readPartOfAnAnswer(InstanceClient instance, int bytes) throws IOException {
        URI url = URI.create(instance.url());
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(4_096);
            socket.connect(new java.net.InetSocketAddress(url.getHost(), url.getPort()));
            socket.setSoTimeout(20_000);
            OutputStream out = socket.getOutputStream();
            out.write(
                    ("GET "
                                    + url.getRawPath()
                                    + "/records?max_bytes=8000000&timeout=5000 HTTP/1.1\r\nHost: x\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            assertThat(new String(in.readNBytes(bytes), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void aClientThatGoesWhileItWaitsLosesNothing() throws Exception {
        String topic = gateways.topic(1);
        InstanceClient instance = create("gone", "a", true).subscribe(topic);
        instance.read("?timeout=0");
        URI url = URI.create(instance.url());
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            socket.getOutputStream()
                    .write(
                            ("GET "
                                            + url.getRawPath()
                                            + "/records?timeout=30000 HTTP/1.1\r\nHost: x\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
        }
        gateways.produce(topic, 0, 0, 3);
        long begin = System.nanoTime();
        assertThat(offsets(instance.readAll(3))).containsExactly(0, 1, 2);
        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin)).isLessThan(20);
        instance.delete("");
    }

    @Test
    void autoCommitStoresWhatWasReadAndOnlyThat() throws Exception {
        String topic = gateways.topic(1);
        gateways.produce(topic, 0, 0, 20);
        InstanceClient instance = create("auto", "a", true).subscribe(topic);
        assertThat(instance.read("?max_bytes=1&timeout=5000")).hasSize(1);
        assertThat(instance.read("?max_bytes=1&timeout=5000")).hasSize(1);
        instance.delete("");
        InstanceClient next = create("auto", "b", true).subscribe(topic);
        assertThat(next.readAll(18).getFirst().path("offset").asInt()).isEqualTo(2);
        next.delete("");
        assertThat(create("auto", "c", true).committed(topic, 0)).isEqualTo(20);
    }

    @Test
    void everyCallWorksThroughTheOtherGateway() throws Exception {
        String topic = gateways.topic(1);
        gateways.produce(topic, 0, 0, 5);
        InstanceClient far = create("far", "a", false).through(gateways.two.url());
        String zero = "{\"topic\":\"" + topic + "\",\"partition\":0";
        far.subscribe(topic);
        assertThat(offsets(far.readAll(5))).hasSize(5);
        assertThat(far.get("/subscription").body()).contains(topic);
        assertThat(far.get("/assignments").body()).contains("\"partition\":0");
        assertThat(far.post("/offsets", "").body()).isEqualTo("[]");
        assertThat(far.committed(topic, 0)).isEqualTo(5);
        assertThat(far.getWithBody("/offsets", "{\"partitions\":[" + zero + "}]}").body())
                .contains("\"offset\":5");
        assertThat(
                        far.post("/positions", "{\"offsets\":[" + zero + ",\"offset\":3}]}")
                                .statusCode())
                .isEqualTo(204);
        assertThat(offsets(far.readAll(2))).containsExactly(3, 4);
        far.post("/positions/beginning", "{\"partitions\":[" + zero + "}]}");
        assertThat(offsets(far.readAll(5))).hasSize(5);
        assertThat(far.post("/positions/end", "{\"partitions\":[" + zero + "}]}").statusCode())
                .isEqualTo(204);
        assertThat(far.delete("/subscription").statusCode()).isEqualTo(204);
        assertThat(far.post("/assignments", "{\"partitions\":[" + zero + "}]}").statusCode())
                .isEqualTo(204);
        assertThat(far.delete("").statusCode()).isEqualTo(204);
        HttpResponse<String> gone = far.get("/records");
        assertThat(gone.statusCode()).isEqualTo(404);
        assertThat(gone.body()).contains("40403");
        HttpResponse<String> loop = far.get("/records", InstanceProxy.FORWARDED_BY, "somebody");
        assertThat(loop.body()).contains("40403");
    }

    @Test
    void ofTwoGatewaysThatCreateTheSameNameOneWins() throws Exception {
        for (int round = 0; round < 5; round++) {
            String body = InstanceClient.settings("same-" + round, "json", false);
            List<Callable<HttpResponse<String>>> creations = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                String gateway = i % 2 == 0 ? gateways.one.url() : gateways.two.url();
                creations.add(
                        () ->
                                gateways.http.post(
                                        gateway + "/consumers/race", InstanceClient.V2, body));
            }
            int won = 0;
            for (Future<HttpResponse<String>> each : threads.invokeAll(creations)) {
                HttpResponse<String> answer = each.get();
                if (answer.statusCode() == 200) {
                    won++;
                } else {
                    assertThat(answer.statusCode()).isEqualTo(409);
                    assertThat(answer.body()).contains("\"error_code\":40902");
                }
            }
            assertThat(won).isEqualTo(1);
        }
    }

    @Test
    void callsOfOneInstanceFollowEachOtherAndNoneReadsWhatAnotherRead() throws Exception {
        String topic = gateways.topic(1);
        gateways.produce(topic, 0, 0, 100);
        InstanceClient instance = create("parallel", "a", false).subscribe(topic);
        instance.read("?max_bytes=1");
        List<Callable<List<JsonNode>>> reads = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            InstanceClient way = i % 2 == 0 ? instance : instance.through(gateways.two.url());
            reads.add(() -> way.read("?max_bytes=10&timeout=2000"));
        }
        List<JsonNode> all = new ArrayList<>();
        for (Future<List<JsonNode>> each : threads.invokeAll(reads)) {
            all.addAll(each.get());
        }
        assertThat(all).hasSameSizeAs(offsets(all)).hasSizeGreaterThanOrEqualTo(10);
        instance.delete("");
    }

    @Test
    void aDeletionEndsAReadThatWaits() throws Exception {
        String topic = gateways.topic(1);
        InstanceClient instance = create("cut-short", "a", false).subscribe(topic);
        instance.read("?timeout=0");
        Future<HttpResponse<String>> waiting =
                threads.submit(() -> instance.get("/records?timeout=30000"));
        Awaitility.await().pollDelay(Duration.ofMillis(300)).until(() -> !waiting.isDone());
        long begin = System.nanoTime();
        assertThat(instance.delete("").statusCode()).isEqualTo(204);
        HttpResponse<String> answer = waiting.get(10, TimeUnit.SECONDS);
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).contains("40403");
        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin)).isLessThan(5);
    }
}
