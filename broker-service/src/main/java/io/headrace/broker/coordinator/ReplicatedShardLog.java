package io.headrace.broker.coordinator;

import io.headrace.broker.log.LogSlice;
import io.headrace.broker.replica.Partition;
import io.headrace.broker.replica.ProduceOutcome;
import io.headrace.broker.replica.ProduceRequest;
import io.headrace.broker.replica.ReadResult;
import io.headrace.broker.replica.ReplicaManager;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.record.BatchCheck;
import io.headrace.model.record.RecordBatch;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An internal topic in this broker's replicas. */
public final class ReplicatedShardLog implements ShardLog {

    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedShardLog.class);

    /** A write waits for its replicas as long as the leadership lasts. */
    private static final long TIMEOUT_MS = Integer.MAX_VALUE;

    private final ReplicaManager replicas;
    private final String topic;
    private final int readBytesMax;

    /**
     * @param readBytesMax how much one read brings, unless its first batch is larger
     */
    public ReplicatedShardLog(ReplicaManager replicas, String topic, int readBytesMax) {
        this.replicas = replicas;
        this.topic = topic;
        this.readBytesMax = readBytesMax;
    }

    @Override
    public long start(int partition) {
        Partition led = replicas.led(topic, partition);
        return led == null ? 0 : led.log().logStartOffset();
    }

    @Override
    public ReadStep read(int partition, long offset) {
        Partition led = replicas.led(topic, partition);
        if (led == null) {
            return notLed(partition);
        }
        return switch (led.read(offset, readBytesMax)) {
            case ReadResult.InRange range -> {
                if (range.slice() == null) {
                    yield range.highWatermark() < range.logEndOffset()
                            ? new ReadStep.NotCommitted()
                            : new ReadStep.End();
                }
                try (var slice = range.slice()) {
                    ByteBuffer bytes = ByteBuffer.allocate(slice.length());
                    while (bytes.hasRemaining() && slice.read(bytes, bytes.position()) > 0) {
                        // Reads on where the last read stopped.
                    }
                    yield checked(bytes.flip(), slice);
                } catch (IOException e) {
                    LOG.atError()
                            .setCause(e)
                            .addKeyValue("topic", topic)
                            .addKeyValue("partition", partition)
                            .addKeyValue("offset", offset)
                            .log("A coordinator's log could not be read");
                    yield new ReadStep.Failed(
                            ErrorCode.KAFKA_STORAGE_ERROR, String.valueOf(e.getMessage()));
                }
            }
            case ReadResult.OutOfRange(long start, long committed, long end) ->
                    new ReadStep.Failed(
                            ErrorCode.OFFSET_OUT_OF_RANGE,
                            offset + " is not in the log from " + start + " to " + end);
            case ReadResult.Refused(ErrorCode code, String text) -> new ReadStep.Failed(code, text);
            case ReadResult.Failed failed -> new ReadStep.Failed(failed.code(), failed.text());
        };
    }

    /** A state made of damaged records would be wrong for good: it waits for their repair. */
    private static ReadStep checked(ByteBuffer bytes, LogSlice slice) {
        for (int at = 0; at < slice.length(); at += RecordBatch.sizeInBytes(bytes, at)) {
            if (BatchCheck.framing(bytes, at, bytes.limit()) instanceof BatchCheck.Refused damage) {
                slice.damaged(new IOException(damage.reason()));
                return new ReadStep.Failed(ErrorCode.KAFKA_STORAGE_ERROR, damage.reason());
            }
        }
        return new ReadStep.Batches(bytes, slice.endOffset());
    }

    @Override
    public int batchBytesMax(int partition) {
        Partition led = replicas.led(topic, partition);
        return led == null ? Integer.MAX_VALUE : led.log().config().messageBytesMax();
    }

    @Override
    public void append(int partition, int leaderEpoch, ByteBuffer batch, Consumer<Written> then) {
        Partition led = replicas.led(topic, partition);
        if (led == null) {
            ReadStep.Failed why = notLed(partition);
            then.accept(new Written.NotDone(why.code(), why.text()));
            return;
        }
        led.append(new Append(batch, leaderEpoch, then));
    }

    private ReadStep.Failed notLed(int partition) {
        ReplicaManager.Elsewhere why = replicas.whyNotLed(new TopicPartition(topic, partition));
        return new ReadStep.Failed(why.code(), why.text());
    }

    private static final class Append extends ProduceRequest {

        private final Consumer<Written> then;

        Append(ByteBuffer batch, int leaderEpoch, Consumer<Written> then) {
            super(batch, ACKS_ALL, leaderEpoch, TIMEOUT_MS);
            this.then = then;
        }

        @Override
        protected void complete(ProduceOutcome outcome) {
            then.accept(
                    switch (outcome) {
                        case ProduceOutcome.Done done -> new Written.Committed();
                        case ProduceOutcome.NotDone(ErrorCode code, String text, var _) ->
                                new Written.NotDone(code, text);
                        case ProduceOutcome.Unknown(ErrorCode code, String text) ->
                                new Written.Unknown(code, text);
                    });
        }
    }
}
