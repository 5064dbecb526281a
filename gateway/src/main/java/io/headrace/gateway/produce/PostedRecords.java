package io.headrace.gateway.produce;

import io.headrace.gateway.http.HttpFailure;
import io.headrace.gateway.telemetry.TraceContext;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.record.RecordBatchBuilder;
import io.headrace.model.record.RecordHeader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The records of one request, in its order, and what became of each.
 *
 * <p>A body's reader sets the parts of a record and then calls {@link #add}; a part that was not
 * set is null. After {@link #seal} each record has one slot for its fate, written once: by the
 * connection's event loop or by the producer's thread, and read when all are written.
 */
final class PostedRecords {

    static final int NO_PARTITION = -1;
    static final long NO_TIMESTAMP = -1;

    private final TopicImage topic;
    private final int pathPartition;
    private final int recordBytesMax;
    private final int recordCountMax;
    private final List<RecordHeader> traceHeaders;
    private final List<@Nullable ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    private @Nullable HttpFailure[] failures = new HttpFailure[0];
    private int[] partitions = new int[0];
    private long[] offsets = new long[0];
    private int rejectedCount;

    private byte @Nullable [] key;
    private byte @Nullable [] value;
    private int partition = NO_PARTITION;
    private long timestampMs = NO_TIMESTAMP;
    private List<RecordHeader> headers = List.of();

    /**
     * @param pathPartition the one that the path names, or {@link #NO_PARTITION}
     * @param recordBytesMax largest record that the topic takes, alone in its batch
     * @param trace what the request is a part of: each record says so that does not say it itself
     */
    PostedRecords(
            TopicImage topic,
            int pathPartition,
            int recordBytesMax,
            int recordCountMax,
            @Nullable TraceContext trace) {
        this.topic = topic;
        this.pathPartition = pathPartition;
        this.recordBytesMax = recordBytesMax;
        this.recordCountMax = recordCountMax;
        this.traceHeaders = trace == null ? List.of() : trace.headers();
    }

    void key(byte @Nullable [] bytes) {
        key = bytes;
    }

    void value(byte[] bytes) {
        value = bytes;
    }

    void partition(int number) {
        partition = number;
    }

    void timestamp(long ms) {
        timestampMs = ms;
    }

    /**
     * @return how many headers the record has now
     */
    int header(RecordHeader header) {
        if (headers.isEmpty()) {
            headers = new ArrayList<>(4);
        }
        headers.add(header);
        return headers.size();
    }

    /**
     * Ends the record whose parts were set.
     *
     * @throws HttpFailure 422 if the request has too many records
     */
    void add() {
        if (records.size() == recordCountMax) {
            throw HttpFailure.unprocessable(
                    "A request holds at most " + recordCountMax + " records.");
        }
        if (!traceHeaders.isEmpty() && !hasTrace()) {
            traceHeaders.forEach(this::header);
        }
        int wanted = partition >= 0 ? partition : pathPartition;
        if (wanted >= topic.partitionCount()) {
            reject(HttpFailure.unknownPartition(topic.name(), wanted, topic.partitionCount()));
        } else if (sizeAlone() > recordBytesMax) {
            reject(
                    HttpFailure.of(
                            413,
                            413,
                            "The record is larger than the topic takes (max.message.bytes is "
                                    + recordBytesMax
                                    + ")."));
        } else {
            records.add(made(wanted));
        }
        key = null;
        value = null;
        partition = NO_PARTITION;
        timestampMs = NO_TIMESTAMP;
        headers = List.of();
    }

    private boolean hasTrace() {
        for (RecordHeader header : headers) {
            if (header.key().equalsIgnoreCase(TraceContext.TRACEPARENT)) {
                return true;
            }
        }
        return false;
    }

    private long sizeAlone() {
        return RecordBatchBuilder.sizeOfOne(
                key == null ? -1 : key.length, value == null ? -1 : value.length, headers);
    }

    /** Without a partition, the producer chooses: by the key, or one after the other. */
    @SuppressWarnings("NullAway") // Kafka's constructor takes null for what is not given.
    private ProducerRecord<byte[], byte[]> made(int wanted) {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(
                        topic.name(),
                        wanted < 0 ? null : wanted,
                        timestampMs < 0 ? null : timestampMs,
                        key,
                        value);
        for (RecordHeader header : headers) {
            record.headers().add(header.key(), header.value());
        }
        return record;
    }

    private void reject(HttpFailure failure) {
        int record = records.size();
        records.add(null);
        rejectedCount++;
        failures = Arrays.copyOf(failures, Math.max(record + 1, failures.length * 2));
        failures[record] = failure;
    }

    /** Says that the body has been read; from now on records get their fates. */
    void seal() {
        int count = records.size();
        failures = Arrays.copyOf(failures, count);
        partitions = new int[count];
        offsets = new long[count];
    }

    TopicImage topic() {
        return topic;
    }

    int count() {
        return records.size();
    }

    /** Records that no producer has to be asked about. */
    int rejectedCount() {
        return rejectedCount;
    }

    /** A record to send; null if it was rejected. */
    @Nullable ProducerRecord<byte[], byte[]> record(int index) {
        return records.get(index);
    }

    void appended(int index, int toPartition, long offset) {
        partitions[index] = toPartition;
        offsets[index] = offset;
    }

    void failed(int index, HttpFailure failure) {
        failures[index] = failure;
    }

    @Nullable HttpFailure failureOf(int index) {
        return failures[index];
    }

    int partitionOf(int index) {
        return partitions[index];
    }

    /** -1 if it was not asked for (acks=0). */
    long offsetOf(int index) {
        return offsets[index];
    }
}
