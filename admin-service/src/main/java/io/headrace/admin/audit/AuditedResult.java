package io.headrace.admin.audit;

import java.util.Optional;

/**
 * What became of it.
 *
 * @param result {@code OK} or a stable error code
 * @param before the resource as JSON, where it existed
 * @param after the resource as JSON, where it exists afterwards
 * @param controllerEpoch under which it was decided; 0 where no controller was needed
 */
public record AuditedResult(
        String result,
        String message,
        Optional<String> before,
        Optional<String> after,
        int controllerEpoch) {

    public static AuditedResult ok(
            Optional<String> before, Optional<String> after, int controllerEpoch) {
        return new AuditedResult("OK", "", before, after, controllerEpoch);
    }

    public static AuditedResult refused(String code, String message) {
        return new AuditedResult(code, message, Optional.empty(), Optional.empty(), 0);
    }
}
