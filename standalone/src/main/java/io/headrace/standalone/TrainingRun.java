package io.headrace.standalone;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One start and stop of the platform on a throw-away folder and free ports, with {@code
 * -XX:AOTCacheOutput}: the launcher runs it after a build, and the JVM keeps what it loaded and
 * linked for later starts. The only argument is the folder; the launcher removes it.
 */
public final class TrainingRun {

    private TrainingRun() {}

    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        int code = 0;
        try {
            new Standalone(options(folder), System.out).start();
        } catch (StartFailure e) {
            System.err.println("headrace: " + e.sentence());
            code = e.exitCode();
        }
        System.exit(code);
    }

    private static StandaloneOptions options(Path folder) throws IOException {
        try (ServerSocket gateway = any();
                ServerSocket admin = any();
                ServerSocket broker = any();
                ServerSocket kafka = any()) {
            return new StandaloneOptions(
                    StandaloneOptions.Parts.ALL,
                    1,
                    Optional.empty(),
                    folder,
                    StandaloneOptions.LOOPBACK,
                    gateway.getLocalPort(),
                    admin.getLocalPort(),
                    broker.getLocalPort(),
                    kafka.getLocalPort(),
                    Optional.empty());
        }
    }

    private static ServerSocket any() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }
}
