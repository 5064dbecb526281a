package io.headrace.broker.kafka.api;

import io.headrace.broker.replica.ProduceOutcome;
import io.headrace.broker.replica.ProduceRequest;
import java.nio.ByteBuffer;

/** The append of one partition of a produce request. */
final class PartitionAppend extends ProduceRequest {

    private final ProduceAnswer.Slot slot;

    PartitionAppend(ByteBuffer batch, int acks, long timeoutMs, ProduceAnswer.Slot slot) {
        super(batch, acks, ANY_LEADER_EPOCH, timeoutMs);
        this.slot = slot;
    }

    @Override
    protected void complete(ProduceOutcome outcome) {
        slot.complete(outcome);
    }
}
