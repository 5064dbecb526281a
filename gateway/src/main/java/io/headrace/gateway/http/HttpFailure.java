package io.headrace.gateway.http;

/**
 * An answer that is an error: status, error code and one sentence. Thrown by endpoints, written by
 * {@link Reply}.
 *
 * <p>Codes are those of the v2 convention: the status itself, or five digits whose first three are
 * the status.
 */
public final class HttpFailure extends RuntimeException {

    public static final int RECORD_REJECTED_RETRIABLE = 50003;
    public static final int RECORD_REJECTED = 50002;
    public static final int PARTITION_NOT_FOUND = 40402;

    /** With 504: a change was passed on, and whether it was made is not known. */
    public static final int UNKNOWN_OUTCOME = 50401;

    private static final long serialVersionUID = 1L;

    private final int status;
    private final int code;
    private final int retryAfterSeconds;
    private final boolean isConnectionSpoiled;
    private final String extraFields;

    private HttpFailure(
            int status,
            int code,
            String message,
            int retryAfterSeconds,
            boolean isConnectionSpoiled,
            String extraFields) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
        this.retryAfterSeconds = retryAfterSeconds;
        this.isConnectionSpoiled = isConnectionSpoiled;
        this.extraFields = extraFields;
    }

    public static HttpFailure of(int status, int code, String message) {
        return new HttpFailure(status, code, message, 0, false, "");
    }

    public static HttpFailure badRequest(String message) {
        return of(400, 400, message);
    }

    /** Well-formed, but not what this endpoint takes. */
    public static HttpFailure unprocessable(String message) {
        return of(422, 422, message);
    }

    public static HttpFailure unknownTopic(String topic) {
        return of(404, 40401, "Topic '" + topic + "' does not exist.");
    }

    public static HttpFailure unknownPartition(String topic, int partition, int partitionCount) {
        return of(
                404,
                PARTITION_NOT_FOUND,
                "Partition "
                        + partition
                        + " does not exist; topic '"
                        + topic
                        + "' has the partitions 0 to "
                        + (partitionCount - 1)
                        + ".");
    }

    public static HttpFailure unsupportedMediaType(String message) {
        return of(415, 415, message);
    }

    public static HttpFailure notAcceptable(String message) {
        return of(406, 406, message);
    }

    /** Worth repeating as it is, later. */
    public static HttpFailure unavailable(int code, String message) {
        return new HttpFailure(503, code, message, 1, false, "");
    }

    public static HttpFailure overloaded(String message) {
        return new HttpFailure(429, 42901, message, 1, false, "");
    }

    /** The body was not read to its end, so the connection cannot be used again. */
    public static HttpFailure bodyTooLarge(long bytesMax) {
        return new HttpFailure(
                413,
                413,
                "The body is larger than "
                        + bytesMax
                        + " bytes; send it in several requests, or raise headrace.gateway.http.body-bytes-max.",
                0,
                true,
                "");
    }

    public static HttpFailure outOfRange(long offset, long logStartOffset, long highWatermark) {
        return new HttpFailure(
                416,
                416,
                "Offset "
                        + offset
                        + " is out of range; records "
                        + logStartOffset
                        + " to "
                        + highWatermark
                        + " (exclusive) can be read.",
                0,
                false,
                ",\"log_start_offset\":" + logStartOffset + ",\"high_watermark\":" + highWatermark);
    }

    public int status() {
        return status;
    }

    public int code() {
        return code;
    }

    /** Seconds for {@code Retry-After}; 0 for no such header. */
    public int retryAfterSeconds() {
        return retryAfterSeconds;
    }

    public boolean isConnectionSpoiled() {
        return isConnectionSpoiled;
    }

    /** The same error, after which the connection must be closed. */
    public HttpFailure closing() {
        return new HttpFailure(status, code, text(), retryAfterSeconds, true, extraFields);
    }

    /** What kind of failure this is, in a word: our code, or the name of an exception. */
    public static String kindOf(Throwable error) {
        return error instanceof HttpFailure failure
                ? Integer.toString(failure.code)
                : error.getClass().getSimpleName();
    }

    /** Further JSON fields of the error body, each with a leading comma. */
    String extraFields() {
        return extraFields;
    }

    public String text() {
        String message = getMessage();
        return message == null ? "" : message;
    }
}
