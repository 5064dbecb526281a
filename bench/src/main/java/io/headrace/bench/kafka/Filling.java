package io.headrace.bench.kafka;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the records of a {@link ProduceCell} for somebody who reads them: the same that the tool
 * of {@link PerfTools} would write, but in this process, which is several times as fast.
 */
final class Filling {

    private final ProduceCell cell;
    private final List<byte[]> values;

    Filling(Path payload, ProduceCell cell) throws IOException {
        this.cell = cell;
        this.values =
                Files.readAllLines(payload, StandardCharsets.US_ASCII).stream()
                        .map(line -> line.getBytes(StandardCharsets.US_ASCII))
                        .toList();
    }

    void write(Side side, long records) throws IOException {
        AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
        String topic = cell.topic(0);
        try (KafkaProducer<byte[], byte[]> producer = producer(side)) {
            for (long i = 0; i < records && failure.get() == null; i++) {
                byte[] value = values.get((int) (i % values.size()));
                var _ =
                        producer.send(
                                new ProducerRecord<>(topic, value),
                                (written, failed) -> failure.compareAndSet(null, failed));
            }
        }
        Exception first = failure.get();
        if (first != null) {
            throw new IOException(side.name() + " did not take a record: " + first, first);
        }
    }

    private KafkaProducer<byte[], byte[]> producer(Side side) {
        Map<String, Object> settings = new HashMap<>();
        settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, side.bootstrap());
        for (String setting : cell.settings()) {
            int at = setting.indexOf('=');
            settings.put(setting.substring(0, at), setting.substring(at + 1));
        }
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }
}
