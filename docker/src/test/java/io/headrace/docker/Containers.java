package io.headrace.docker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The containers of one project of compose, by the names of their services, through {@code docker}
 * as an operator types it. Every command has a minute.
 */
record Containers(String project) {

    private static final String LABEL = "label=com.docker.compose.";

    /** Whether there is an engine at all. */
    static boolean engineAnswers() {
        try {
            docker("version", "--format", "{{.Server.Version}}");
            return true;
        } catch (UncheckedIOException | IllegalStateException _) {
            return false;
        }
    }

    /** What a command prints; one that fails or does not end is an error with what it printed. */
    static String docker(String... arguments) {
        List<String> command = new ArrayList<>(List.of("docker"));
        command.addAll(List.of(arguments));
        try {
            Path printed = Files.createTempFile("docker", ".out");
            try {
                Process process =
                        new ProcessBuilder(command)
                                .redirectErrorStream(true)
                                .redirectOutput(printed.toFile())
                                .start();
                boolean ended = process.waitFor(60, TimeUnit.SECONDS);
                if (!ended) {
                    process.destroyForcibly();
                }
                String text = Files.readString(printed, StandardCharsets.UTF_8).strip();
                if (!ended || process.exitValue() != 0) {
                    throw new IllegalStateException(
                            String.join(" ", command) + (ended ? ": " : " does not end: ") + text);
                }
                return text;
            } finally {
                Files.delete(printed);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private String id(String service) {
        String ids =
                docker(
                        "ps",
                        "--all",
                        "--quiet",
                        "--filter",
                        LABEL + "project=" + project,
                        "--filter",
                        LABEL + "service=" + service);
        if (ids.isEmpty()) {
            throw new IllegalStateException("no container of " + service + " in " + project);
        }
        return ids.lines().findFirst().orElseThrow();
    }

    private String network() {
        return docker(
                "network",
                "ls",
                "--format",
                "{{.Name}}",
                "--filter",
                LABEL + "project=" + project,
                "--filter",
                LABEL + "network=headrace");
    }

    private String inspect(String service, String format) {
        return docker("inspect", "--format", format, id(service));
    }

    /** SIGKILL; the engine does not start it again by itself. */
    void kill(String service) {
        docker("kill", id(service));
    }

    void start(String service) {
        docker("start", id(service));
    }

    /** Its process runs on and reaches nobody, nor does anybody reach it. */
    void cutOff(String service) {
        docker("network", "disconnect", network(), id(service));
    }

    /** Back under its name, and not always under its old address. */
    void connect(String service) {
        docker("network", "connect", "--alias", service, network(), id(service));
    }

    boolean isRunning(String service) {
        return inspect(service, "{{.State.Running}}").equals("true");
    }

    /** What the image's own health check says. */
    boolean isHealthy(String service) {
        return inspect(service, "{{.State.Health.Status}}").equals("healthy");
    }

    int restarts(String service) {
        return Integer.parseInt(inspect(service, "{{.RestartCount}}"));
    }
}
