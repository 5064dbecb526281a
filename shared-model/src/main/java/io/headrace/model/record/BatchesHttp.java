package io.headrace.model.record;

/**
 * Names of the broker's HTTP API for raw record batches: media type and headers, as broker and
 * gateway use them.
 *
 * <p>{@code /v1/topics/{topic}/partitions/{p}/batches}
 */
public final class BatchesHttp {

    /** A sequence of whole v2 record batches. */
    public static final String MEDIA_TYPE = "application/vnd.headrace.batches";

    /** Offset of the first record that is not committed. */
    public static final String HIGH_WATERMARK = "Headrace-High-Watermark";

    /** Offset of the first record that may be read. */
    public static final String LOG_START_OFFSET = "Headrace-Log-Start-Offset";

    /** Offset that the next record will get. */
    public static final String LOG_END_OFFSET = "Headrace-Log-End-Offset";

    public static final String LEADER_EPOCH = "Headrace-Leader-Epoch";

    /** On 421: base URL of the leader's HTTP API. */
    public static final String LEADER_URL = "Headrace-Leader-Url";

    private BatchesHttp() {}
}
