package io.headrace.testkit.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A Java main in a process of its own, on the class path of the test (or another one).
 *
 * <p>Owner: one reader thread per child appends to the captured output, under this object's
 * monitor. Bounds: the last {@value #LINES_MAX} lines of stdout and stderr together are kept.
 * Errors: what does not happen in time is an {@link AssertionError} that carries the output. The
 * child and its descendants never outlive {@link #close()}.
 *
 * <pre>
 * try (ChildJvm child = ChildJvm.of("io.headrace.standalone.Standalone").args("--data", dir).start()) {
 *     child.awaitLine(line -> line.contains("ready"), Duration.ofSeconds(60));
 *     child.kill9();
 * }
 * </pre>
 */
public final class ChildJvm implements AutoCloseable {

    private static final int LINES_MAX = 100_000;
    private static final Duration KILL_WAIT = Duration.ofSeconds(20);

    private final Process process;
    private final Deque<String> lines = new ArrayDeque<>();
    private long linesSeen;
    private boolean outputEnded;

    private ChildJvm(Process process) {
        this.process = process;
        Thread.ofPlatform().daemon().name("output-of-" + process.pid()).start(this::readOutput);
        // A test that is interrupted from outside does not get as far as close().
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().unstarted(process::destroyForcibly));
    }

    /** A child that will run this main class with this process's JDK and class path. */
    public static Builder of(String mainClass) {
        return new Builder(mainClass);
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** The captured output, one line each. */
    public synchronized String output() {
        return String.join("\n", lines);
    }

    /**
     * Waits until a line was printed that matches, also if it was printed before this call.
     *
     * @return the first such line among those kept
     */
    public synchronized String awaitLine(Predicate<String> matches, Duration timeout) {
        long deadlineNs = System.nanoTime() + timeout.toNanos();
        long checked = linesSeen - lines.size();
        while (true) {
            String found = firstMatchAfter(checked, matches);
            if (found != null) {
                return found;
            }
            checked = linesSeen;
            if (outputEnded) {
                throw new AssertionError("process " + pid() + " ended first:\n" + output());
            }
            long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
            if (leftMs <= 0) {
                throw new AssertionError(
                        "process " + pid() + " did not say so in " + timeout + ":\n" + output());
            }
            waitForOutput(leftMs);
        }
    }

    /** SIGKILL, and waits until the process is gone. */
    public void kill9() {
        process.destroyForcibly();
        awaitExit(KILL_WAIT);
    }

    /** SIGTERM, and waits for the exit code. */
    public int terminate(Duration timeout) {
        process.toHandle().destroy(); // Process.destroy() would close the output as well
        return awaitExit(timeout);
    }

    public int awaitExit(Duration timeout) {
        try {
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(
                        "process " + pid() + " still runs after " + timeout + ":\n" + output());
            }
            awaitEndOfOutput();
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for process " + pid(), e);
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> descendants = process.descendants().toList();
        if (process.isAlive()) {
            kill9();
        }
        descendants.forEach(ProcessHandle::destroyForcibly);
    }

    private synchronized void awaitEndOfOutput() throws InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (!outputEnded && System.nanoTime() < deadlineNs) {
            wait(100);
        }
    }

    private @Nullable String firstMatchAfter(long checked, Predicate<String> matches) {
        long number = linesSeen - lines.size();
        for (String line : lines) {
            if (number++ >= checked && matches.test(line)) {
                return line;
            }
        }
        return null;
    }

    @SuppressWarnings("WaitNotInLoop") // awaitLine is the loop
    private void waitForOutput(long timeoutMs) {
        try {
            wait(timeoutMs);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for process " + pid(), e);
        }
    }

    private void readOutput() {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            String line;
            while ((line = reader.readLine()) != null) {
                append(line);
            }
        } catch (IOException e) {
            append("(output of process " + pid() + " ended: " + e.getMessage() + ")");
        } finally {
            synchronized (this) {
                outputEnded = true;
                notifyAll();
            }
        }
    }

    private synchronized void append(String line) {
        if (lines.size() == LINES_MAX) {
            lines.removeFirst();
        }
        lines.addLast(line);
        linesSeen++;
        notifyAll();
    }

    /** What to run; every setting has a default but the main class. */
    public static final class Builder {

        private final String mainClass;
        private final List<String> jvmArgs = new ArrayList<>();
        private final List<String> args = new ArrayList<>();
        private final Map<String, String> environment = new HashMap<>();
        private String classPath = System.getProperty("java.class.path");
        private Path workingDirectory = Path.of("").toAbsolutePath();
        private Path input = Path.of("/dev/null");

        private Builder(String mainClass) {
            this.mainClass = mainClass;
        }

        public Builder jvmArgs(String... more) {
            jvmArgs.addAll(List.of(more));
            return this;
        }

        public Builder args(String... more) {
            args.addAll(List.of(more));
            return this;
        }

        public Builder environment(String name, String value) {
            environment.put(name, value);
            return this;
        }

        /** A class path other than that of the test, for example of another product's jars. */
        public Builder classPath(String path) {
            classPath = path;
            return this;
        }

        public Builder workingDirectory(Path directory) {
            workingDirectory = directory;
            return this;
        }

        /** A file that it reads as its standard input; nothing by default. */
        public Builder input(Path file) {
            input = file;
            return this;
        }

        public ChildJvm start() {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(jvmArgs);
            command.add(mainClass);
            command.addAll(args);
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectInput(input.toFile())
                            .directory(workingDirectory.toFile());
            builder.environment().put("CLASSPATH", classPath);
            builder.environment().putAll(environment);
            try {
                return new ChildJvm(builder.start());
            } catch (IOException e) {
                throw new UncheckedIOException("cannot start " + command, e);
            }
        }
    }
}
