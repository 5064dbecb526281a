package io.headrace.admin.wiring;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.flywaydb.core.Flyway;
import org.h2.api.ErrorCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.context.SmartLifecycle;

/**
 * Brings the tables up to date, on a thread of its own beside the rest of the start.
 *
 * <p>Why not within the start: the database is never on the way of records, so an admin-service
 * that starts while it is away must come up, lead and elect. The start waits {@link #FIRST_WAIT}
 * for the first attempt. A database that does not answer is asked again every {@link #PAUSE} until
 * it does; until then what needs it answers 503, as it does when the database goes away later.
 *
 * <p>Errors: anything else that the first attempt meets (tables of a later version, a wrong
 * password, a file in use) ends the start.
 */
final class DatabaseMigration implements FlywayMigrationStrategy, SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseMigration.class);
    private static final Duration FIRST_WAIT = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofSeconds(2);

    /** Before this instance registers and may be elected. */
    private static final int PHASE = DEFAULT_PHASE - 1024;

    private final CompletableFuture<Boolean> firstAttempt = new CompletableFuture<>();
    private volatile Optional<Thread> thread = Optional.empty();
    private volatile boolean isRunning;

    /** Returns at once. */
    @Override
    public void migrate(Flyway flyway) {
        thread =
                Optional.of(
                        Thread.ofPlatform()
                                .daemon()
                                .name("database-migration")
                                .start(() -> untilDone(flyway)));
    }

    private void untilDone(Flyway flyway) {
        try {
            while (!attempt(flyway)) {
                firstAttempt.complete(false);
                Thread.sleep(PAUSE);
            }
            firstAttempt.complete(true);
        } catch (InterruptedException e) {
            firstAttempt.complete(false); // the service stops
        } catch (RuntimeException e) {
            if (!firstAttempt.completeExceptionally(e)) {
                LOG.atError()
                        .setCause(e)
                        .log(
                                "The database cannot be brought up to date; audit, catalog and"
                                        + " history answer 503 until this is mended and the"
                                        + " admin-service started again");
            }
        }
    }

    private static boolean attempt(Flyway flyway) {
        try {
            flyway.migrate();
            return true;
        } catch (RuntimeException e) {
            if (!isUnreachable(e)) {
                throw e;
            }
            LOG.atWarn()
                    .log(
                            "The database does not answer ({}); asked again in {} s, all but audit,"
                                    + " catalog and history works without it",
                            rootMessage(e),
                            PAUSE.toSeconds());
            return false;
        }
    }

    @Override
    public void start() {
        isRunning = true;
        try {
            firstAttempt.get(FIRST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.atWarn().log("The database is slow; the start goes on without it");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the database cannot be used", e.getCause());
        }
    }

    @Override
    public void stop() {
        isRunning = false;
        thread.ifPresent(Thread::interrupt);
    }

    @Override
    public boolean isRunning() {
        return isRunning;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    /** Whether nobody answers, or only to say that it is just starting or stopping. */
    static boolean isUnreachable(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException e
                    && e.getErrorCode() == ErrorCode.DATABASE_ALREADY_OPEN_1) {
                return false;
            }
            if (cause instanceof SQLException e && isUnreachable(e)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isUnreachable(SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        return state.startsWith("08") // connection exceptions
                || state.startsWith("57P0") // PostgreSQL stops or starts
                || e.getErrorCode() == ErrorCode.CONNECTION_BROKEN_1;
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }
}
