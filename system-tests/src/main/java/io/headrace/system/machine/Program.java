package io.headrace.system.machine;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process on a host; its output is appended to a file. Any thread may signal it. */
public final class Program {

    private static final Duration KILL_WAIT = Duration.ofSeconds(20);

    private final String name;
    private final Process process;

    private Program(String name, Process process) {
        this.name = name;
        this.process = process;
    }

    static Program start(RunFolder run, Host host, String name, List<String> command, Path log)
            throws IOException {
        Process process =
                new ProcessBuilder(host.inside(command))
                        .directory(run.path().toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
        run.enterProcess(process.pid());
        return new Program(name, process);
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Of one that has ended. */
    public int exitCode() {
        return process.exitValue();
    }

    /** SIGKILL; returns when it is gone. */
    public void kill9() throws IOException {
        process.destroyForcibly();
        await(KILL_WAIT);
    }

    /** SIGTERM; answers the exit code. */
    public int stop(Duration bound) throws IOException {
        process.destroy();
        await(bound);
        return process.exitValue();
    }

    public void pause() throws IOException {
        Command.run("kill", "-STOP", Long.toString(pid()));
    }

    public void goOn() throws IOException {
        Command.run("kill", "-CONT", Long.toString(pid()));
    }

    private void await(Duration bound) throws IOException {
        try {
            if (!process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException(name + " still runs after " + bound);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + name + " ends", e);
        }
    }
}
