package io.headrace.bench.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.bench.load.WrongAnswerException;
import io.headrace.model.record.Compression;
import io.headrace.model.record.RecordBatch;
import io.headrace.model.record.RecordBatchBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ConversationTest {

    private static final String ONE_GOOD = "{\"partition\":0,\"offset\":12,\"error_code\":null}";
    private static final String ONE_BAD =
            "{\"partition\":null,\"offset\":null,\"error_code\":50002,\"error\":\"no\"}";

    @Test
    void a_produce_answer_needs_an_offset_for_each_record() throws WrongAnswerException {
        ProduceConversation two = new ProduceConversation(List.of(bytes("request")), 2, 0);
        assertThat(two.check(200, offsets(ONE_GOOD, ONE_GOOD), 0)).isEqualTo(2);
        assertThatThrownBy(() -> two.check(200, offsets(ONE_GOOD, ONE_BAD), 0))
                .isInstanceOf(WrongAnswerException.class)
                .hasMessageContaining("1 offsets for 2 records");
        assertThatThrownBy(() -> two.check(503, offsets(ONE_GOOD, ONE_GOOD), 0))
                .isInstanceOf(WrongAnswerException.class);
    }

    @Test
    void stored_json_and_binary_values_are_a_hundred_bytes() {
        JsonNode json = body(ProduceFormat.JSON.request("h", "t", 3, new Random(1)));
        assertThat(json.path("records").size()).isEqualTo(3);
        assertThat(json.at("/records/2/value").toString()).hasSize(100);
        JsonNode binary = body(ProduceFormat.BINARY.request("h", "t", 2, new Random(1)));
        String base64 = binary.at("/records/1/value").asString();
        assertThat(Base64.getDecoder().decode(base64)).hasSize(100);
    }

    @Test
    void a_reader_moves_on_by_what_it_got_and_starts_again_at_the_end()
            throws WrongAnswerException {
        ConsumeConversation reader =
                new ConsumeConversation(ConsumeFormat.NDJSON, "GET /x?offset=", " HTTP/1.1", 0, 3);
        assertThat(text(reader.next())).isEqualTo("GET /x?offset=0 HTTP/1.1");
        assertThat(reader.check(200, bytes("{}\n{}\n"), 0)).isEqualTo(2);
        assertThat(text(reader.next())).isEqualTo("GET /x?offset=2 HTTP/1.1");
        assertThat(reader.check(200, bytes("{}\n"), 0)).isEqualTo(1);
        assertThat(text(reader.next())).isEqualTo("GET /x?offset=0 HTTP/1.1");
        assertThatThrownBy(() -> reader.check(200, bytes(""), 0))
                .isInstanceOf(WrongAnswerException.class);
    }

    @Test
    void json_answers_must_end_with_the_offset_that_their_records_lead_to()
            throws WrongAnswerException {
        ByteBuffer two = bytes("[{\"value\":1,\"offset\":7},{\"value\":2,\"offset\":8}]");
        assertThat(ConsumeFormat.JSON.count(two, 7)).isEqualTo(2);
        assertThat(ConsumeFormat.JSON.count(bytes("[]"), 7)).isZero();
        assertThatThrownBy(() -> ConsumeFormat.JSON.count(two, 6))
                .isInstanceOf(WrongAnswerException.class);
        assertThatThrownBy(() -> ConsumeFormat.JSON.count(bytes("[{}]"), 0))
                .isInstanceOf(WrongAnswerException.class);
    }

    @Test
    void raw_answers_are_counted_from_the_offset_that_was_asked() throws WrongAnswerException {
        ByteBuffer batches = ByteBuffer.allocate(4096);
        batches.put(batch(10)).put(batch(13)).flip();
        assertThat(ConsumeFormat.RAW.count(batches, 11)).isEqualTo(5);
        assertThatThrownBy(() -> ConsumeFormat.RAW.count(batches, 9))
                .isInstanceOf(WrongAnswerException.class);
        ByteBuffer cut = batches.duplicate().limit(batches.limit() - 1);
        assertThatThrownBy(() -> ConsumeFormat.RAW.count(cut, 11))
                .isInstanceOf(WrongAnswerException.class);
    }

    private static ByteBuffer batch(long baseOffset) {
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 1024);
        for (int i = 0; i < 3; i++) {
            builder.append(1, (byte[]) null, new byte[] {1}, List.of());
        }
        ByteBuffer batch = builder.build();
        RecordBatch.setBaseOffset(batch, 0, baseOffset);
        return batch;
    }

    private static ByteBuffer offsets(String... entries) {
        return bytes("{\"offsets\":[" + String.join(",", entries) + "]}");
    }

    private static JsonNode body(ByteBuffer request) {
        String text = text(request);
        return JsonMapper.shared().readTree(text.substring(text.indexOf("\r\n\r\n") + 4));
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.US_ASCII.decode(bytes.duplicate()).toString();
    }
}
