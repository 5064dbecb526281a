package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Every commit that a coordinator accepted, as its topic holds them, in their order.
 *
 * <pre>
 * key    version 0 or 1: int16   group: string   topic: string   partition: int32
 * value  version: int16          offset: int64   …
 * </pre>
 */
final class CommittedOffsets {

    private static final String TOPIC = "__consumer_offsets";

    private CommittedOffsets() {}

    /** Fails when a commit of the topic went back; answers how many there are. */
    static long assertNeverBack(String bootstrapServers, String topic) {
        Map<String, Long> latest = new HashMap<>();
        long count = 0;
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        Map.of("bootstrap.servers", bootstrapServers),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            List<TopicPartition> all =
                    consumer.partitionsFor(TOPIC).stream()
                            .map(each -> new TopicPartition(TOPIC, each.partition()))
                            .toList();
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            consumer.assign(all);
            consumer.seekToBeginning(all);
            while (ends.entrySet().stream()
                    .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    if (isCommitOf(topic, record, latest)) {
                        count++;
                    }
                }
            }
        }
        return count;
    }

    private static boolean isCommitOf(
            String topic, ConsumerRecord<byte[], byte[]> record, Map<String, Long> latest) {
        ByteBuffer key = ByteBuffer.wrap(record.key());
        if (key.getShort() > 1 || record.value() == null) {
            return false;
        }
        String group = string(key);
        if (!string(key).equals(topic)) {
            return false;
        }
        String place = group + "/" + key.getInt();
        long offset = ByteBuffer.wrap(record.value()).getLong(2);
        Long before = latest.put(place, offset);
        assertThat(offset)
                .as("commit of %s at offset %d of the topic", place, record.offset())
                .isGreaterThanOrEqualTo(before == null ? 0 : before);
        return true;
    }

    private static String string(ByteBuffer from) {
        byte[] bytes = new byte[from.getShort()];
        from.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
