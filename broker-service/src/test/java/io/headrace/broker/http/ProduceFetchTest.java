package io.headrace.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import io.headrace.model.record.BatchesHttp;
import io.headrace.model.record.RecordBatch;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProduceFetchTest {

    @TempDir static Path folder;
    private static RunningBroker broker;

    @BeforeAll
    static void start() throws Exception {
        broker = RunningBroker.start(folder);
    }

    @AfterAll
    static void stop() throws Exception {
        broker.close();
    }

    @Test
    void whatIsProducedIsFetchedWithOffsetsAssigned() throws Exception {
        broker.createTopic("round", 1, Map.of());
        HttpResponse<String> first =
                broker.post(broker.batches("round", 0), RunningBroker.batch("a", "b", "c"));
        assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
        assertThat(first.body())
                .contains("\"base_offset\":0")
                .contains("\"last_offset\":2")
                .contains("\"log_append_time_ms\":-1")
                .contains("\"leader_epoch\":0");
        HttpResponse<String> second =
                broker.post(broker.batches("round", 0), RunningBroker.batch("d"));
        assertThat(second.body()).contains("\"base_offset\":3");

        HttpResponse<byte[]> fetched =
                broker.getBytes(broker.batches("round", 0) + "?offset=0&max_bytes=100000");
        assertThat(fetched.statusCode()).isEqualTo(200);
        assertThat(fetched.headers().firstValue("Content-Type")).contains(BatchesHttp.MEDIA_TYPE);
        assertThat(fetched.headers().firstValue(BatchesHttp.HIGH_WATERMARK)).contains("4");
        assertThat(fetched.headers().firstValue(BatchesHttp.LOG_START_OFFSET)).contains("0");
        assertThat(fetched.headers().firstValue(BatchesHttp.LOG_END_OFFSET)).contains("4");
        assertThat(fetched.headers().firstValue(BatchesHttp.LEADER_EPOCH)).contains("0");
        ByteBuffer bytes = ByteBuffer.wrap(fetched.body());
        assertThat(RecordBatch.baseOffset(bytes, 0)).isZero();
        assertThat(RecordBatch.baseOffset(bytes, RecordBatch.sizeInBytes(bytes, 0))).isEqualTo(3);
    }
}
