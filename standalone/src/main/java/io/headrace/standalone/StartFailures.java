package io.headrace.standalone;

import io.headrace.admin.controller.WrongClusterException;
import io.headrace.broker.disk.DiskFullException;
import io.headrace.broker.log.LogDirectoryException;
import java.net.BindException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.LoggerFactory;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.core.io.support.SpringFactoriesLoader;

/** Turns what a service threw at its start into one sentence with the fix. */
final class StartFailures {

    private static final int CAUSES_MAX = 30;

    private StartFailures() {}

    static StartFailure explain(
            Throwable thrown, List<ServiceLaunch> launches, StandaloneOptions options) {
        List<Throwable> causes = causes(thrown);
        return causes.stream()
                .flatMap(cause -> known(cause, launches, options).stream())
                .findFirst()
                .or(() -> analyzed(causes))
                .orElseGet(() -> other(causes, options));
    }

    private static Optional<StartFailure> known(
            Throwable cause, List<ServiceLaunch> launches, StandaloneOptions options) {
        return switch (cause) {
            case StartFailure failure -> Optional.of(failure);
            case PortInUseException port -> Optional.of(portTaken(port.getPort(), launches));
            case BindException e ->
                    launches.stream()
                            .filter(one -> !ListenPort.isFree(options.listen(), one.port()))
                            .findFirst()
                            .map(one -> ListenPort.taken(one.name(), one.option(), one.port()));
            case WrongClusterException e -> failure(StartFailure.WRONG_CLUSTER, e);
            // Without a cause the directory could be opened, and says that it is another's.
            case LogDirectoryException e ->
                    failure(
                            e.getCause() == null ? StartFailure.WRONG_CLUSTER : StartFailure.IN_USE,
                            e);
            case DiskFullException e ->
                    Optional.of(
                            new StartFailure(
                                    StartFailure.DISK_FULL,
                                    "the disk of "
                                            + options.data()
                                            + " is full; free some space or choose another folder"
                                            + " with --data DIR",
                                    e));
            default -> Optional.empty();
        };
    }

    /** What the services and Spring Boot know to say about their own exceptions. */
    private static Optional<StartFailure> analyzed(List<Throwable> causes) {
        Throwable thrown = causes.getFirst();
        return SpringFactoriesLoader.forDefaultResourceLocation()
                .load(
                        FailureAnalyzer.class,
                        SpringFactoriesLoader.FailureHandler.handleMessage(
                                (message, failure) ->
                                        LoggerFactory.getLogger(StartFailures.class)
                                                .atDebug()
                                                .setCause(failure)
                                                .log(message)))
                .stream()
                .flatMap(analyzer -> Optional.ofNullable(analyzer.analyze(thrown)).stream())
                .findFirst()
                .map(
                        analysis ->
                                new StartFailure(
                                        StartFailure.OTHER,
                                        oneLine(analysis.getDescription())
                                                + (analysis.getAction() == null
                                                        ? ""
                                                        : " " + oneLine(analysis.getAction())),
                                        thrown));
    }

    private static Optional<StartFailure> failure(int exitCode, Exception e) {
        return Optional.of(new StartFailure(exitCode, oneLine(String.valueOf(e.getMessage())), e));
    }

    private static StartFailure portTaken(int port, List<ServiceLaunch> launches) {
        return launches.stream()
                .filter(launch -> launch.port() == port)
                .findFirst()
                .map(launch -> ListenPort.taken(launch.name(), launch.option(), port))
                .orElseGet(() -> ListenPort.taken("a service", "--port", port));
    }

    private static StartFailure other(List<Throwable> causes, StandaloneOptions options) {
        Throwable root = causes.getLast();
        return new StartFailure(
                StartFailure.OTHER,
                oneLine(root.getMessage() == null ? root.toString() : root.getMessage())
                        + " (more in "
                        + options.data().resolve("logs").resolve(ServerLog.FILE)
                        + ")",
                causes.getFirst());
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", " ");
    }

    private static List<Throwable> causes(Throwable thrown) {
        List<Throwable> chain = new ArrayList<>();
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Throwable next = thrown;
        while (next != null && chain.size() < CAUSES_MAX && seen.add(next)) {
            chain.add(next);
            next = next.getCause();
        }
        return chain;
    }
}
