package io.headrace.standalone;

import io.headrace.model.record.BatchesHttp;
import io.headrace.model.record.RecordReader;
import io.headrace.testkit.http.Http;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads a partition from the broker as raw batches, from the first offset to the last. */
final class RawLog {

    private static final int DECOMPRESSED_MAX = 64 << 20;

    private RawLog() {}

    /** The values; index = offset. Fails on a gap, a repetition or a bad CRC. */
    static List<String> values(Http http, String brokerUrl, String topic, int partition) {
        List<String> values = new ArrayList<>();
        RecordReader reader = new RecordReader(DECOMPRESSED_MAX);
        while (true) {
            HttpResponse<byte[]> answer =
                    http.getBytes(
                            "%s/v1/topics/%s/partitions/%d/batches?offset=%d&max_bytes=4194304&max_wait_ms=0"
                                    .formatted(brokerUrl, topic, partition, values.size()));
            if (answer.statusCode() == 204) {
                long end = answer.headers().firstValueAsLong(BatchesHttp.HIGH_WATERMARK).orElse(-1);
                if (end != values.size()) {
                    throw new AssertionError(values.size() + " read, high watermark " + end);
                }
                return values;
            }
            if (answer.statusCode() != 200) {
                throw new AssertionError("fetch answered " + answer.statusCode());
            }
            int before = values.size();
            add(reader, ByteBuffer.wrap(answer.body()), values);
            if (values.size() == before) {
                throw new AssertionError("a fetch at " + before + " brought no record from there");
            }
        }
    }

    private static void add(RecordReader reader, ByteBuffer batches, List<String> values) {
        reader.wrap(batches, 0, batches.limit(), values.size());
        while (reader.next()) {
            if (reader.offset() != values.size()) {
                throw new AssertionError(
                        "offset " + reader.offset() + " where " + values.size() + " was due");
            }
            values.add(new String(reader.value(), StandardCharsets.UTF_8));
        }
        if (reader.bytesMissing() > 0) {
            throw new AssertionError("the last batch of an answer is cut off");
        }
    }
}
