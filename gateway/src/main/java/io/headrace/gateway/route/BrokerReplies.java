package io.headrace.gateway.route;

import io.headrace.model.error.ErrorCode;
import io.headrace.model.record.BatchesHttp;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** Reads the answers of the broker's HTTP API. */
final class BrokerReplies {

    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private BrokerReplies() {}

    /**
     * @throws BrokerFailure if the body is not what the contract says
     */
    static FoundOffset found(byte[] body) {
        JsonNode reply = read(body);
        if (!reply.path("offset").isIntegralNumber()) {
            throw BrokerFailure.unknownOutcome("the broker's answer to a look-up cannot be read");
        }
        return new FoundOffset(reply.path("offset").asLong(), reply.path("timestamp").asLong(-1));
    }

    static Fetched fetched(HttpHeaders headers, ByteBuf batches) {
        return new Fetched(
                batches,
                offset(headers, BatchesHttp.LOG_START_OFFSET),
                offset(headers, BatchesHttp.HIGH_WATERMARK));
    }

    private static long offset(HttpHeaders headers, String name) {
        String value = headers.get(name);
        try {
            return value == null ? -1 : Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw BrokerFailure.unknownOutcome("the broker's header " + name + " is not a number");
        }
    }

    /** A problem-details body as a failure. */
    static BrokerFailure failure(int status, HttpHeaders headers, byte[] body) {
        JsonNode problem = read(body);
        ErrorCode code = code(problem.path("code").asString(""), status);
        String leaderUrl = headers.get(BatchesHttp.LEADER_URL);
        return new BrokerFailure(
                code,
                problem.path("detail").asString("the broker answered with status " + status),
                false,
                leaderUrl,
                problem.path("log_start_offset").asLong(-1),
                problem.path("high_watermark").asLong(-1));
    }

    private static ErrorCode code(String name, int status) {
        for (ErrorCode code : ErrorCode.values()) {
            if (code.name().equals(name)) {
                return code;
            }
        }
        return switch (status) {
            case 404 -> ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
            case 413 -> ErrorCode.MESSAGE_TOO_LARGE;
            case 416 -> ErrorCode.OFFSET_OUT_OF_RANGE;
            case 421 -> ErrorCode.NOT_LEADER_OR_FOLLOWER;
            default -> ErrorCode.UNKNOWN_SERVER_ERROR;
        };
    }

    private static JsonNode read(byte[] body) {
        try {
            return JSON.readTree(body);
        } catch (JacksonException e) {
            return JSON.createObjectNode();
        }
    }
}
