package io.headrace.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import io.headrace.model.record.RecordReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManyWritersTest {

    private static final int WRITERS = 6;
    private static final int REQUESTS = 80;

    @TempDir Path folder;

    @Test
    void contendingWritersLoseNothingAndKeepEachOnesOrder() throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder)) {
            broker.createTopic("plain", 1, Map.of());
            broker.createTopic("flushed", 1, Map.of("flush.on.ack", "true"));
            write(broker, "plain");
            write(broker, "flushed");
            check(values(broker, "plain"));
            check(values(broker, "flushed"));
            broker.stop();
            broker.launch();
            broker.awaitLed("plain", 1);
            check(values(broker, "plain"));
        }
    }

    private static void write(RunningBroker broker, String topic) throws Exception {
        try (ExecutorService pool = Executors.newFixedThreadPool(WRITERS)) {
            List<Future<?>> running = new ArrayList<>();
            for (int w = 0; w < WRITERS; w++) {
                int writer = w;
                running.add(
                        pool.submit(
                                () -> {
                                    for (int i = 0; i < REQUESTS; i++) {
                                        var answer =
                                                broker.post(
                                                        broker.batches(topic, 0),
                                                        RunningBroker.batch(
                                                                writer + ":" + 2 * i,
                                                                writer + ":" + (2 * i + 1)));
                                        assertThat(answer.statusCode())
                                                .as(answer.body())
                                                .isEqualTo(200);
                                    }
                                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        }
    }

    private static void check(List<String> values) {
        assertThat(values).hasSize(WRITERS * REQUESTS * 2);
        Map<String, Integer> next = new HashMap<>();
        for (String value : values) {
            String writer = value.substring(0, value.indexOf(':'));
            int number = Integer.parseInt(value.substring(value.indexOf(':') + 1));
            assertThat(number).isEqualTo(next.getOrDefault(writer, 0));
            next.put(writer, number + 1);
        }
    }

    /** All values by offset; offsets must have no gap. */
    private static List<String> values(RunningBroker broker, String topic) throws Exception {
        List<String> values = new ArrayList<>();
        while (true) {
            byte[] bytes =
                    broker.getBytes(
                                    broker.batches(topic, 0)
                                            + "?max_bytes=3000&offset="
                                            + values.size())
                            .body();
            if (bytes.length == 0) {
                return values;
            }
            RecordReader reader = new RecordReader(1 << 20);
            reader.wrap(ByteBuffer.wrap(bytes), 0, bytes.length, values.size());
            while (reader.next()) {
                assertThat(reader.offset()).isEqualTo(values.size());
                values.add(new String(reader.value(), StandardCharsets.UTF_8));
            }
        }
    }
}
