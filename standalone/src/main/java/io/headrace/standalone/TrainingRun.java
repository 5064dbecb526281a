package io.headrace.standalone;

import io.headrace.standalone.StandaloneOptions.Parts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One start and stop of the platform with a second broker, on a throw-away folder and free ports,
 * with {@code -XX:AOTCacheOutput}: the launcher runs it after a build, and the JVM keeps what it
 * loaded and linked for later starts. Between them lies {@link TrainingWork}. The only argument is
 * the folder; the launcher removes it.
 */
public final class TrainingRun {

    private TrainingRun() {}

    public static void main(String[] args) {
        Path folder = Path.of(args[0]);
        int code = 0;
        try {
            run(folder);
        } catch (StartFailure e) {
            System.err.println("headrace: " + e.sentence());
            code = e.exitCode();
        } catch (Exception e) {
            System.err.println("headrace: the training run failed: " + e);
            code = StartFailure.OTHER;
        }
        System.exit(code);
    }

    private static void run(Path folder) throws Exception {
        StandaloneOptions all = options(folder.resolve("all"), Parts.ALL, 1, Optional.empty());
        Standalone platform = new Standalone(all, System.out);
        platform.start();
        StandaloneOptions other =
                options(
                        folder.resolve("broker"),
                        Parts.BROKER,
                        2,
                        Optional.of(platform.zooKeeper()));
        Standalone second = new Standalone(other, System.out);
        second.start();
        try (TrainingWork work =
                new TrainingWork(all.bootstrapServers(), all.url(all.gatewayPort()))) {
            work.createTopic(2);
            work.run();
            second.close(); // hands its leaderships over
        }
    }

    private static StandaloneOptions options(
            Path data, Parts parts, int brokerId, Optional<String> zooKeeper) throws IOException {
        try (ServerSocket gateway = any();
                ServerSocket admin = any();
                ServerSocket broker = any();
                ServerSocket kafka = any()) {
            return new StandaloneOptions(
                    parts,
                    brokerId,
                    zooKeeper,
                    data,
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
