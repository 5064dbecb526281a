package io.headrace.broker.log.epoch;

/** The leader of the epoch wrote its first record at the offset. */
public record EpochStart(int epoch, long startOffset) {

    public EpochStart {
        if (epoch < 0 || startOffset < 0) {
            throw new IllegalArgumentException(
                    "epoch " + epoch + " and offset " + startOffset + " must not be negative");
        }
    }
}
