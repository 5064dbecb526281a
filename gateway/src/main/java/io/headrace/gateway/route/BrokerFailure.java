package io.headrace.gateway.route;

import io.headrace.gateway.http.HttpFailure;
import io.headrace.model.error.ErrorCode;
import org.jspecify.annotations.Nullable;

/** A broker's refusal, or that it could not be asked. */
public final class BrokerFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final boolean isUnsent;
    private final @Nullable String leaderUrl;
    private final long logStartOffset;
    private final long highWatermark;

    BrokerFailure(
            ErrorCode code,
            String detail,
            boolean isUnsent,
            @Nullable String leaderUrl,
            long logStartOffset,
            long highWatermark) {
        super(detail, null, false, false);
        this.code = code;
        this.isUnsent = isUnsent;
        this.leaderUrl = leaderUrl;
        this.logStartOffset = logStartOffset;
        this.highWatermark = highWatermark;
    }

    /** The request never reached a broker. */
    static BrokerFailure unsent(ErrorCode code, String detail) {
        return new BrokerFailure(code, detail, true, null, -1, -1);
    }

    /** It is not known what the broker did. */
    static BrokerFailure unknownOutcome(String detail) {
        return new BrokerFailure(ErrorCode.REQUEST_TIMED_OUT, detail, false, null, -1, -1);
    }

    /** First readable offset, where the broker named it; else -1. */
    public long logStartOffset() {
        return logStartOffset;
    }

    public ErrorCode code() {
        return code;
    }

    /** Base URL of the leader, where the broker that answered knows it. */
    @Nullable String leaderUrl() {
        return leaderUrl;
    }

    boolean isWorthRepeating() {
        return isUnsent || code.isRetriable();
    }

    public String text() {
        return code + ": " + getMessage();
    }

    /** This failure as the answer to a whole request. */
    public HttpFailure toHttp(String topic, int partition, long offset) {
        return switch (code) {
            case OFFSET_OUT_OF_RANGE ->
                    HttpFailure.outOfRange(offset, logStartOffset, highWatermark);
            case UNKNOWN_TOPIC_OR_PARTITION ->
                    HttpFailure.unavailable(
                            HttpFailure.RECORD_REJECTED_RETRIABLE,
                            "Partition "
                                    + partition
                                    + " of '"
                                    + topic
                                    + "' is not ready: "
                                    + text());
            case MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE -> HttpFailure.of(413, 413, text());
            default ->
                    code.isRetriable()
                            ? HttpFailure.unavailable(HttpFailure.RECORD_REJECTED_RETRIABLE, text())
                            : HttpFailure.of(
                                    code.httpStatus() < 500 ? code.httpStatus() : 502,
                                    HttpFailure.RECORD_REJECTED,
                                    text());
        };
    }
}
