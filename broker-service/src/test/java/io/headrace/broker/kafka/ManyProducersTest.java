package io.headrace.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import io.headrace.broker.replica.Partition;
import io.headrace.model.record.Compression;
import io.headrace.model.record.RecordBatchBuilder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More idempotent producers than a partition remembers. */
class ManyProducersTest {

    private static final int MAX = 80;
    private static final int FLOOD = 1_000;
    private static final long FIRST_ID = 900_000;

    @TempDir Path folder;

    private static HttpResponse<String> produce(RunningBroker broker, long id, int sequence) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 256);
        builder.producer(id, (short) 0, sequence, false);
        byte[] value = (id + "/" + sequence).getBytes(StandardCharsets.UTF_8);
        builder.append(System.currentTimeMillis(), (byte[]) null, value, List.of());
        return broker.post(
                broker.batches("flooded", 0) + "?acks=1", RunningBroker.bytes(builder.build()));
    }

    private static int known(RunningBroker broker) {
        Partition partition = RunningBroker.replicas(broker).led("flooded", 0);
        return partition == null ? -1 : partition.log().producerCount();
    }

    @Test
    void the_longest_idle_go_and_write_on_unhindered_while_the_busy_are_remembered()
            throws Exception {
        String max = "--headrace.broker.producers-max=" + MAX;
        try (RunningBroker broker = RunningBroker.start(folder, max)) {
            broker.createTopic("flooded", 1, Map.of());
            try (KafkaProducer<String, String> idle =
                    new KafkaProducer<>(
                            Map.of("bootstrap.servers", broker.bootstrap()),
                            new StringSerializer(),
                            new StringSerializer())) {
                idle.send(new ProducerRecord<>("flooded", "before")).get();
                long busy = FIRST_ID - 1;
                assertThat(produce(broker, busy, 0).statusCode()).isEqualTo(200);
                int sequence = 1;
                for (int i = 0; i < FLOOD; i++) {
                    assertThat(produce(broker, FIRST_ID + i, 0).statusCode()).isEqualTo(200);
                    assertThat(known(broker)).isLessThanOrEqualTo(MAX);
                    if (i % 20 == 19) {
                        assertThat(produce(broker, busy, sequence++).statusCode()).isEqualTo(200);
                    }
                }
                // Whoever wrote a moment ago is known: sent again, its batch is the same one.
                String again = produce(broker, busy, sequence - 1).body();
                assertThat(produce(broker, busy, sequence - 1).body()).isEqualTo(again);
                assertThat(produce(broker, busy, sequence + 5).body())
                        .contains("OUT_OF_ORDER_SEQUENCE_NUMBER");
                // Whoever was idle for so long went, and its client does not notice.
                long end = idle.send(new ProducerRecord<>("flooded", "after")).get().offset();
                assertThat(end).isEqualTo(1 + 1 + FLOOD + FLOOD / 20);
                assertThat(broker.get(broker.url() + "/actuator/prometheus").body())
                        .containsPattern("headrace_broker_producers_crowded_out_total 9[0-9]{2}");
                broker.stop();
                broker.launch(max);
                broker.awaitLed("flooded", 1);
                assertThat(known(broker)).isBetween(1, MAX);
                assertThat(produce(broker, busy, sequence + 5).body())
                        .contains("OUT_OF_ORDER_SEQUENCE_NUMBER");
                assertThat(produce(broker, busy, sequence).statusCode()).isEqualTo(200);
            }
        }
    }
}
