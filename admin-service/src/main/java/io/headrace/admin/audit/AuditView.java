package io.headrace.admin.audit;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Metadata;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One audit row on the wire. {@code request}, {@code before} and {@code after} are JSON texts. */
public record AuditView(
        String kind,
        V3Metadata metadata,
        long id,
        String at,
        String principal,
        @JsonProperty("remote_address") String remoteAddress,
        String action,
        @JsonProperty("resource_type") String resourceType,
        @JsonProperty("resource_name") String resourceName,
        String request,
        @Nullable String before,
        @Nullable String after,
        String result,
        String message,
        @JsonProperty("validate_only") boolean validateOnly,
        @JsonProperty("controller_epoch") int controllerEpoch,
        @JsonProperty("admin_id") String adminId) {

    static AuditView of(AuditRow row, V3Metadata metadata) {
        return new AuditView(
                "HeadraceAuditRecord",
                metadata,
                row.id(),
                Instant.ofEpochMilli(row.atMs()).toString(),
                row.principal(),
                row.remoteAddress(),
                row.action(),
                row.resourceType(),
                row.resourceName(),
                row.request(),
                row.before(),
                row.after(),
                row.result(),
                row.message(),
                row.isValidateOnly(),
                row.controllerEpoch(),
                row.adminId());
    }
}
