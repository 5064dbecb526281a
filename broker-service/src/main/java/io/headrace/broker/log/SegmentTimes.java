package io.headrace.broker.log;

/**
 * The timestamps of a segment's batches, milliseconds since the epoch, -1 for none.
 *
 * @param first largest timestamp of the first batch: the segment's age counts from it
 * @param largest of all batches
 * @param offsetOfLargest last offset of the batch that has it
 */
record SegmentTimes(long first, long largest, long offsetOfLargest) {

    static final SegmentTimes NONE = new SegmentTimes(-1, -1, -1);

    SegmentTimes with(long maxTimestamp, long lastOffset) {
        if (maxTimestamp <= largest && first >= 0) {
            return this;
        }
        boolean isLarger = maxTimestamp > largest;
        return new SegmentTimes(
                first < 0 ? maxTimestamp : first,
                isLarger ? maxTimestamp : largest,
                isLarger ? lastOffset : offsetOfLargest);
    }
}
