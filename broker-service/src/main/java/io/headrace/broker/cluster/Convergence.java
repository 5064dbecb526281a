package io.headrace.broker.cluster;

import java.util.List;

/**
 * How far this broker is what the image says.
 *
 * @param imageVersion the image that was applied last
 * @param failures what could not be done and will be tried again
 * @param strays replicas that hold files which the image does not explain; they are kept
 */
public record Convergence(long imageVersion, List<String> failures, List<LocalReplica> strays) {

    static final Convergence NOTHING_YET = new Convergence(-1, List.of(), List.of());

    public Convergence {
        failures = List.copyOf(failures);
        strays = List.copyOf(strays);
    }

    public boolean isComplete() {
        return imageVersion >= 0 && failures.isEmpty();
    }
}
