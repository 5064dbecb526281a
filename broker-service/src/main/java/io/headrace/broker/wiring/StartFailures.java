package io.headrace.broker.wiring;

import io.headrace.broker.cluster.ClusterNotReadyException;
import io.headrace.broker.cluster.DuplicateBrokerIdException;
import io.headrace.broker.disk.DiskFullException;
import io.headrace.broker.log.LogDirectoryException;
import io.headrace.model.coordination.ZkUnreachableException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.web.server.PortInUseException;

/** Turns what keeps a broker from starting into one sentence and what to do about it. */
final class StartFailures implements FailureAnalyzer {

    @Override
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        Throwable at = failure;
        for (int depth = 0; at != null && depth < 32; depth++) {
            FailureAnalysis analysis = of(at);
            if (analysis != null) {
                return analysis;
            }
            at = at.getCause();
        }
        return null;
    }

    private static @Nullable FailureAnalysis of(Throwable failure) {
        return switch (failure) {
            case LogDirectoryException e ->
                    say(e, String.valueOf(e.getMessage()), "See headrace.broker.data-dir.");
            case ZkUnreachableException e ->
                    say(
                            e,
                            String.valueOf(e.getMessage()) + ".",
                            "Start ZooKeeper, or set headrace.zookeeper.connect to where it"
                                    + " answers.");
            case ClusterNotReadyException e ->
                    say(
                            e,
                            String.valueOf(e.getMessage()) + ".",
                            "Start an admin-service with the same headrace.zookeeper.connect: it"
                                    + " creates the cluster.");
            case DuplicateBrokerIdException e ->
                    say(
                            e,
                            String.valueOf(e.getMessage()) + ".",
                            "Give this broker an id of its own with headrace.broker.id, or stop the"
                                    + " other one.");
            case PortInUseException e ->
                    say(
                            e,
                            "Port " + e.getPort() + " is taken by another process.",
                            "Stop that process, or choose another port with server.port.");
            case DiskFullException e ->
                    say(
                            e,
                            "The volume of the broker's data folder is full: "
                                    + String.valueOf(e.getMessage())
                                    + ".",
                            "Free some space, or move headrace.broker.data-dir to a larger volume.");
            case AccessDeniedException e ->
                    say(
                            e,
                            "The broker may not write " + e.getFile() + ".",
                            "Make it writable for this user, or choose another folder with"
                                    + " headrace.broker.data-dir.");
            case FileSystemException e ->
                    say(
                            e,
                            "The broker cannot use " + e.getFile() + ": " + e.getReason() + ".",
                            "Choose another folder with headrace.broker.data-dir.");
            default -> null;
        };
    }

    private static FailureAnalysis say(Throwable cause, String text, String fix) {
        return new FailureAnalysis(text, fix, cause);
    }
}
