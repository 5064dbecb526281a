package io.headrace.system.cluster;

import io.headrace.system.machine.ControlGroup;
import io.headrace.system.machine.Disk;
import io.headrace.system.machine.Host;
import io.headrace.system.machine.Machine;
import io.headrace.system.machine.Program;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One process of the cluster, on a host of its own. One thread steers it. */
public final class Node {

    private static final Duration STOP_MAX = Duration.ofMinutes(1);
    private static final Duration ASK_MAX = Duration.ofSeconds(2);

    private final Machine machine;
    private final Host host;
    private final List<String> command;
    private final int port;
    private final boolean speaksHttp;
    private final Optional<Disk> disk;
    private final HttpClient http = HttpClient.newBuilder().connectTimeout(ASK_MAX).build();
    private @Nullable Program program;
    private final List<Integer> ownEnds = new ArrayList<>();
    private boolean isPaused;
    private boolean hasNoPower;
    private boolean mayEnd;

    Node(
            Machine machine,
            Host host,
            List<String> command,
            int port,
            boolean speaksHttp,
            Optional<Disk> disk) {
        this.machine = machine;
        this.host = host;
        this.command = List.copyOf(command);
        this.port = port;
        this.speaksHttp = speaksHttp;
        this.disk = disk;
    }

    public String name() {
        return host.name();
    }

    public Host host() {
        return host;
    }

    public Disk disk() {
        return disk.orElseThrow();
    }

    public String url() {
        return "http://" + host.address() + ":" + port;
    }

    /** Returns at once. */
    public void start() throws IOException {
        startAs(command);
    }

    /** As {@link #start()}, with a smaller heap, of which it may die. */
    public void startWithHeap(int megabytes) throws IOException {
        List<String> small = new ArrayList<>(command);
        small.replaceAll(word -> word.startsWith("-Xmx") ? "-Xmx" + megabytes + "m" : word);
        startAs(small);
        mayEnd();
    }

    /** As {@link #start()}, within a control group, of which it may die. */
    public void startIn(ControlGroup group) throws IOException {
        startAs(group.inside(command));
        mayEnd();
    }

    private void startAs(List<String> words) throws IOException {
        if (runs()) {
            throw new IllegalStateException(name() + " runs already");
        }
        noteOwnEnd();
        program = machine.program(host, name(), words);
        isPaused = false;
        mayEnd = false;
    }

    /** That it ends, before it is started again, is no surprise: it is made to, or allowed to. */
    public void mayEnd() {
        mayEnd = true;
    }

    private void noteOwnEnd() {
        if (program != null && !program.isAlive() && !mayEnd) {
            ownEnds.add(program.exitCode());
            mayEnd = true;
        }
    }

    /** With which codes it ended since the last call without being made to. */
    public List<Integer> takeOwnEnds() {
        noteOwnEnd();
        List<Integer> ends = List.copyOf(ownEnds);
        ownEnds.clear();
        return ends;
    }

    public boolean runs() {
        return program != null && program.isAlive();
    }

    private Program program() {
        if (program == null) {
            throw new IllegalStateException(name() + " was never started");
        }
        return program;
    }

    public long pid() {
        return program().pid();
    }

    public void kill9() throws IOException {
        noteOwnEnd();
        mayEnd();
        program().kill9();
    }

    public int stop() throws IOException {
        mayEnd();
        return program().stop(STOP_MAX);
    }

    public void pause() throws IOException {
        program().pause();
        isPaused = true;
    }

    public void goOn() throws IOException {
        if (isPaused && runs()) {
            program().goOn();
            isPaused = false;
        }
    }

    /** Loses what was not synced; the process is gone as well. */
    public void losePower() throws IOException {
        powerOff();
        kill9();
        disk().powerOn();
        hasNoPower = false;
    }

    /**
     * The process stands still, then its disk takes nothing any more. In this order, for a flush
     * that is under way when ext4 is shut down may say that it was done.
     */
    public void powerOff() throws IOException {
        if (!hasNoPower) {
            if (runs()) {
                pause();
            }
            disk().powerOff();
            hasNoPower = true;
        }
    }

    /** It runs, unhindered; returns at once. */
    void heal() throws IOException {
        host.heal();
        goOn();
        if (hasNoPower) {
            losePower();
        }
        if (!runs()) {
            start();
        }
    }

    boolean speaksHttp() {
        return speaksHttp;
    }

    public boolean isReady() throws IOException {
        if (!speaksHttp) {
            return takesConnections();
        }
        return get("/actuator/health/readiness").statusCode() == 200;
    }

    private boolean takesConnections() throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host.address(), port), 1000);
            return true;
        }
    }

    public HttpResponse<String> get(String path) throws IOException {
        return get(path, ASK_MAX);
    }

    HttpResponse<String> get(String path, Duration bound) throws IOException {
        try {
            return http.send(
                    HttpRequest.newBuilder(URI.create(url() + path)).timeout(bound).build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public String toString() {
        return name();
    }
}
