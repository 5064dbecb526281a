package io.headrace.admin.kafka;

import io.headrace.admin.envelope.V3Exception;
import io.headrace.model.error.ErrorCode;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.protocol.Errors;

/** Waits for Kafka's futures, and turns its exceptions into refusals with our codes. */
final class KafkaErrors {

    private static final Map<String, ErrorCode> BY_NAME =
            Arrays.stream(ErrorCode.values())
                    .collect(Collectors.toUnmodifiableMap(Enum::name, Function.identity()));

    private KafkaErrors() {}

    /**
     * @param what was tried, as the begin of a sentence
     */
    static <T> T await(KafkaFuture<T> future, long timeoutMs, String what) {
        try {
            return future.get(timeoutMs, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw V3Exception.of(
                    ErrorCode.REQUEST_TIMED_OUT, what + " took too long; try again later");
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw refusal(cause == null ? e : cause, what);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw V3Exception.of(ErrorCode.SHUTTING_DOWN, "the admin-service is stopping");
        }
    }

    /** Of the first in the chain of causes that has one: some calls wrap what went wrong. */
    static ErrorCode code(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            ErrorCode code = BY_NAME.get(Errors.forException(cause).name());
            if (code != null && code != ErrorCode.UNKNOWN_SERVER_ERROR) {
                return code;
            }
        }
        return ErrorCode.UNKNOWN_SERVER_ERROR;
    }

    private static V3Exception refusal(Throwable cause, String what) {
        ErrorCode code = code(cause);
        return V3Exception.of(
                code,
                what
                        + " failed with "
                        + code.name()
                        + (code.isRetriable() ? "; try again later" : ""));
    }
}
