package io.headrace.admin.wiring;

import io.headrace.admin.controller.WrongClusterException;
import io.headrace.model.coordination.ZkUnreachableException;
import java.util.Optional;
import org.h2.api.ErrorCode;
import org.h2.jdbc.JdbcException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.core.Ordered;

/** One sentence with the fix for each failure at start that an operator can mend. */
final class StartFailureAnalyzer implements FailureAnalyzer, Ordered {

    @Override
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            Optional<FailureAnalysis> known = known(cause);
            if (known.isPresent()) {
                return known.get();
            }
        }
        return null;
    }

    /** Before Spring's own, which know less about what the operator can do. */
    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    private static Optional<FailureAnalysis> known(Throwable cause) {
        return switch (cause) {
            case PortInUseException e ->
                    because(
                            e,
                            "Port " + e.getPort() + " is taken by another process.",
                            "Stop that process, or set server.port to a free port.");
            case ZkUnreachableException e ->
                    because(
                            e,
                            e.getMessage() + ".",
                            "Start ZooKeeper, or correct headrace.zookeeper.connect.");
            case WrongClusterException e ->
                    because(e, e.getMessage(), "Correct the setting that the sentence names.");
            case PrivateDatabaseException e ->
                    because(
                            e,
                            e.getMessage(),
                            "Give all of them one PostgreSQL (spring.datasource.url), or run one.");
            case DataDirectoryException e ->
                    because(
                            e,
                            e.getMessage(),
                            "Give this user the right to write it, or set headrace.admin.data-dir to another folder.");
            case JdbcException e when e.getErrorCode() == ErrorCode.DATABASE_ALREADY_OPEN_1 ->
                    because(
                            cause,
                            "The admin database is in use by another process.",
                            "Stop the other admin-service, or set headrace.admin.data-dir to another folder.");
            default -> Optional.empty();
        };
    }

    private static Optional<FailureAnalysis> because(
            Throwable cause, @Nullable String description, String action) {
        return Optional.of(
                new FailureAnalysis(description == null ? "" : description, action, cause));
    }
}
