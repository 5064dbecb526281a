package io.headrace.model.record;

/**
 * What {@link BatchCheck} asks of a batch beyond being well formed.
 *
 * @param batchBytesMax largest whole batch as sent
 * @param decompressedBytesMax largest total of its records once decompressed
 * @param areKeysRequired whether a null key is refused (compacted topics)
 * @param timestampMsMin smallest create time that is accepted, inclusive; {@link
 *     RecordBatch#NO_TIMESTAMP} always is
 * @param timestampMsMax largest create time that is accepted, inclusive
 */
public record BatchRules(
        int batchBytesMax,
        int decompressedBytesMax,
        boolean areKeysRequired,
        long timestampMsMin,
        long timestampMsMax) {

    /** Any timestamp, keys optional. */
    public static BatchRules ofSize(int batchBytesMax, int decompressedBytesMax) {
        return new BatchRules(batchBytesMax, decompressedBytesMax, false, 0, Long.MAX_VALUE);
    }

    public BatchRules withKeysRequired(boolean areKeysRequired) {
        return new BatchRules(
                batchBytesMax,
                decompressedBytesMax,
                areKeysRequired,
                timestampMsMin,
                timestampMsMax);
    }

    public BatchRules withTimestamps(long timestampMsMin, long timestampMsMax) {
        return new BatchRules(
                batchBytesMax,
                decompressedBytesMax,
                areKeysRequired,
                timestampMsMin,
                timestampMsMax);
    }
}
