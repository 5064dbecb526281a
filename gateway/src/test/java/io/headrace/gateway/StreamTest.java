package io.headrace.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.headrace.gateway.http.InFlightBytes;
import io.headrace.testkit.http.Http;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams follow the log, resume exactly, hold one page, and say goodbye. */
class StreamTest {

    private static final String[] SETTINGS = {
        "--headrace.gateway.consume.heartbeat=150ms", "--headrace.gateway.consume.write-timeout=2s"
    };

    private static GatewayFixture gateway;
    private static Http http;
    private static int topics;
    private String name;
    private String topic;

    @BeforeAll
    static void start() throws Exception {
        gateway = GatewayFixture.start(SETTINGS);
        http = new Http();
    }

    @AfterAll
    static void stop() throws Exception {
        http.close();
        gateway.close();
    }

    @BeforeEach
    void createTopic() throws Exception {
        name = "s" + topics++;
        gateway.createTopic(name, 1, Map.of());
        topic = gateway.url() + "/topics/" + name;
    }

    private void produce(int from, int to) {
        StringBuilder lines = new StringBuilder();
        for (int i = from; i < to; i++) {
            lines.append(i).append('\n');
        }
        http.post(topic, "application/x-ndjson", lines.toString());
    }

    private BufferedReader open(String query, String... headers) {
        return openAt(topic, query, headers);
    }

    private static BufferedReader openAt(String topic, String query, String... headers) {
        List<String> all = new ArrayList<>(List.of("Accept", "text/event-stream"));
        all.addAll(List.of(headers));
        HttpResponse<InputStream> response =
                http.open(topic + "/partitions/0/records" + query, all.toArray(String[]::new));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("text/event-stream");
        return new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    private static List<String> ids(BufferedReader stream, int count) throws IOException {
        List<String> ids = new ArrayList<>();
        while (ids.size() < count) {
            String line = stream.readLine();
            assertThat(line).as("the stream ended early").isNotNull();
            if (line.startsWith("id: ")) {
                ids.add(line.substring(4));
            }
        }
        return ids;
    }

    @Test
    void aStreamFollowsTheLogAndResumesExactlyAfterTheLastEvent() throws Exception {
        produce(0, 5);
        try (BufferedReader first = open("?offset=earliest")) {
            assertThat(ids(first, 5)).containsExactly("0-0", "0-1", "0-2", "0-3", "0-4");
            produce(5, 7);
            assertThat(ids(first, 2)).containsExactly("0-5", "0-6");
        }
        produce(7, 10);
        try (BufferedReader second = open("?offset=earliest", "Last-Event-ID", "0-6")) {
            assertThat(ids(second, 3)).containsExactly("0-7", "0-8", "0-9");
        }
        try (BufferedReader counted = open("?count=2")) {
            assertThat(counted.lines().filter(line -> line.startsWith("data: ")).toList())
                    .hasSize(2);
        }
    }

    @Test
    void anIdleStreamShowsThatItIsAliveAndEndsWithAComment() throws Exception {
        GatewayFixture second = GatewayFixture.beside(gateway.cluster(), SETTINGS);
        try (second;
                BufferedReader stream =
                        openAt(second.url() + "/topics/" + name, "?offset=latest")) {
            assertThat(stream.readLine()).startsWith(":");
            second.context().close();
            List<String> rest = stream.lines().toList();
            assertThat(rest).anySatisfy(line -> assertThat(line).startsWith(": the gateway stops"));
        }
    }

    @Test
    void ndjsonFollowsToo() throws Exception {
        produce(0, 3);
        HttpResponse<InputStream> response =
                http.open(
                        topic + "/partitions/0/records?follow=true&count=5",
                        "Accept",
                        "application/x-ndjson");
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            assertThat(lines.readLine()).contains("\"offset\":0");
            produce(3, 5);
            assertThat(lines.lines().filter(line -> !line.isBlank()).toList()).hasSize(4);
        }
    }

    @Test
    void aClientThatNeverReadsHoldsOnePageAndIsCutOff() throws Exception {
        String value = "\"" + "x".repeat(10_000) + "\"\n";
        for (int i = 0; i < 40; i++) {
            http.post(topic, "application/x-ndjson", value.repeat(100));
        }
        double before = metric("headrace_gateway_consumed_bytes_total");
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(16 * 1024);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()));
            socket.getOutputStream()
                    .write(
                            ("GET /topics/"
                                            + name
                                            + "/partitions/0/records HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n")
                                    .getBytes(StandardCharsets.UTF_8));
            await().until(() -> metric("headrace_gateway_consumed_bytes_total") > before);
            await().during(Duration.ofMillis(800))
                    .atMost(Duration.ofSeconds(5))
                    .until(
                            () ->
                                    metric("headrace_gateway_consumed_bytes_total") - before
                                            < 20_000_000);
            await().atMost(Duration.ofSeconds(15))
                    .until(() -> metric("headrace_gateway_streams") == 0);
        }
    }

    private static double metric(String name) {
        String metrics = http.get(gateway.url() + "/actuator/prometheus").body();
        return metrics.lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .findFirst()
                .orElse(-1);
    }

    @Test
    void longPollAnswersWhenARecordComesAndWhenNoneDoes() throws Exception {
        HttpResponse<String> empty = http.get(topic + "/partitions/0/records?timeout=50");
        assertThat(empty.body()).isEqualTo("[]");
        assertThat(empty.headers().firstValue("Headrace-Next-Offset")).hasValue("0");
        InFlightBytes budget = gateway.context().getBean(InFlightBytes.class);
        await().until(() -> budget.taken() == 0);
        Thread producer =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    await().until(() -> budget.taken() > 0);
                                    produce(0, 1);
                                });
        HttpResponse<String> woken = http.get(topic + "/partitions/0/records?timeout=20000");
        assertThat(woken.body()).contains("\"offset\":0");
        producer.join();
    }
}
