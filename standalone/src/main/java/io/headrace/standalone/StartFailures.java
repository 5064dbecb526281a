package io.headrace.standalone;

import java.net.BindException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.springframework.boot.web.server.PortInUseException;

/** Turns what a service threw at its start into one sentence with the fix. */
final class StartFailures {

    private static final int CAUSES_MAX = 30;

    private StartFailures() {}

    static StartFailure explain(
            Throwable thrown, List<ServiceLaunch> launches, StandaloneOptions options) {
        List<Throwable> causes = causes(thrown);
        for (Throwable cause : causes) {
            if (cause instanceof StartFailure failure) {
                return failure;
            }
            if (cause instanceof PortInUseException port) {
                return portTaken(port.getPort(), launches);
            }
            if (cause instanceof BindException) {
                return launches.stream()
                        .filter(one -> !ListenPort.isFree(options.listen(), one.port()))
                        .findFirst()
                        .map(one -> ListenPort.taken(one.name(), one.option(), one.port()))
                        .orElseGet(() -> other(causes, options));
            }
        }
        return other(causes, options);
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
        String what = root.getMessage() == null ? root.toString() : root.getMessage();
        return new StartFailure(
                StartFailure.OTHER,
                what.lines().findFirst().orElse(what)
                        + " (more in "
                        + options.data().resolve("logs").resolve(ServerLog.FILE)
                        + ")",
                causes.getFirst());
    }

    private static List<Throwable> causes(Throwable thrown) {
        List<Throwable> chain = new ArrayList<>();
        Set<Throwable> seen =
                java.util.Collections.newSetFromMap(new java.util.IdentityHashMap<>());
        Throwable next = thrown;
        while (next != null && chain.size() < CAUSES_MAX && seen.add(next)) {
            chain.add(next);
            next = next.getCause();
        }
        return chain;
    }
}
