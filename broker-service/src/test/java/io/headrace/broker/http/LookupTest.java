package io.headrace.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import io.headrace.model.record.Compression;
import io.headrace.model.record.RecordBatchBuilder;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LookupTest {

    @TempDir Path folder;

    @Test
    void offsetsAreFoundByTimeAndSegmentsByTheirBase() throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder)) {
            broker.createTopic("timed", 1, Map.of("segment.bytes", "1048576"));
            assertThat(offset(broker, "max_timestamp")).contains("\"offset\":-1");
            long now = System.currentTimeMillis();
            for (int i = 0; i < 30; i++) {
                produce(broker, now + i * 1000L);
            }
            assertThat(offset(broker, "earliest")).contains("\"offset\":0,");
            assertThat(offset(broker, "latest")).contains("\"offset\":30,");
            assertThat(offset(broker, Long.toString(now + 10_500)))
                    .contains("\"offset\":11,")
                    .contains("\"timestamp\":" + (now + 11_000));
            assertThat(offset(broker, Long.toString(now + 60_000))).contains("\"offset\":-1");
            assertThat(offset(broker, "max_timestamp")).contains("\"offset\":29,");

            String segments = broker.get(partition(broker) + "/segments").body();
            assertThat(segments).contains("\"base_offset\":0,").contains("\"is_active\":true");
            HttpResponse<byte[]> first = broker.getBytes(partition(broker) + "/segments/0");
            String next = first.headers().firstValue(SegmentEndpoint.NEXT_OFFSET).orElseThrow();
            assertThat(first.headers().firstValue(SegmentEndpoint.BASE_OFFSET)).contains("0");
            assertThat(segments)
                    .contains("\"next_offset\":" + next + ",\"size_bytes\":" + first.body().length);
            assertThat(broker.getBytes(partition(broker) + "/segments/" + next).statusCode())
                    .isEqualTo(200);
            assertThat(broker.getBytes(partition(broker) + "/segments/1").statusCode())
                    .isEqualTo(404);
        }
    }

    private static void produce(RunningBroker broker, long timestamp) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 70_000);
        builder.append(timestamp, (byte[]) null, new byte[60_000], List.of());
        assertThat(
                        broker.post(
                                        broker.batches("timed", 0),
                                        RunningBroker.bytes(builder.build()))
                                .statusCode())
                .isEqualTo(200);
    }

    private static String offset(RunningBroker broker, String timestamp) {
        return broker.get(partition(broker) + "/offsets?timestamp=" + timestamp).body();
    }

    private static String partition(RunningBroker broker) {
        return broker.url() + "/v1/topics/timed/partitions/0";
    }
}
