package io.headrace.testkit.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * One Apache Kafka server (broker and controller in one process, KRaft) on loopback, from the jars
 * of {@code peers/target/kafka}.
 *
 * <p>Settings are those of Kafka's sample file and of its start script (1 GiB heap, G1), so that a
 * comparison is with what people run. What is not started within {@value #START_SECONDS_MAX} s is
 * an {@link AssertionError} with its output.
 */
public final class KafkaServer implements AutoCloseable {

    private static final int START_SECONDS_MAX = 60;
    private static final Duration STOP = Duration.ofSeconds(30);

    private final ChildJvm process;
    private final int port;

    private KafkaServer(ChildJvm process, int port) {
        this.process = process;
        this.port = port;
    }

    /** A formatted folder with its settings file, which a server can be started on. */
    public record Formatted(Path settings, int port) {

        /** Starts a server on it; returns when it takes connections. */
        public KafkaServer start() {
            KafkaServer server = launch();
            server.awaitPort();
            return server;
        }

        /** Starts a server on it and does not wait. */
        KafkaServer launch() {
            ChildJvm process =
                    ChildJvm.of("kafka.Kafka")
                            .classPath(classPath())
                            .jvmArgs("-Xms1g", "-Xmx1g", "-XX:+UseG1GC")
                            .jvmArgs("-XX:MaxGCPauseMillis=20")
                            .jvmArgs("-XX:InitiatingHeapOccupancyPercent=35")
                            .jvmArgs("-XX:+ExplicitGCInvokesConcurrent")
                            .args(settings.toString())
                            .start();
            return new KafkaServer(process, port);
        }
    }

    /**
     * @param folder an empty or absent one
     * @param more settings that are added to, or stand instead of, those of the sample file
     */
    public static Formatted format(Path folder, Map<String, String> more) throws IOException {
        return format(folder, FreePorts.some(2), more);
    }

    /**
     * @param ports of the broker and of the controller
     */
    static Formatted format(Path folder, List<Integer> ports, Map<String, String> more)
            throws IOException {
        Files.createDirectories(folder);
        Path data = folder.toAbsolutePath().resolve("data");
        StringBuilder text =
                new StringBuilder(
                        """
                        process.roles=broker,controller
                        node.id=1
                        controller.quorum.voters=1@127.0.0.1:%2$d
                        listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
                        advertised.listeners=PLAINTEXT://127.0.0.1:%1$d
                        controller.listener.names=CONTROLLER
                        log.dirs=%3$s
                        num.network.threads=3
                        num.io.threads=8
                        socket.send.buffer.bytes=102400
                        socket.receive.buffer.bytes=102400
                        offsets.topic.replication.factor=1
                        transaction.state.log.replication.factor=1
                        transaction.state.log.min.isr=1
                        group.initial.rebalance.delay.ms=0
                        """
                                .formatted(ports.get(0), ports.get(1), data));
        more.forEach((name, value) -> text.append(name + "=" + value + "\n"));
        Path settings = folder.toAbsolutePath().resolve("server.properties");
        Files.writeString(settings, text);
        KafkaPeer.run(
                "kafka.tools.StorageTool",
                Duration.ofSeconds(START_SECONDS_MAX),
                "format",
                "--cluster-id",
                "AAAAAAAAQACAAAAAAAAAAQ",
                "--config",
                settings.toString());
        return new Formatted(settings, ports.getFirst());
    }

    private static String classPath() {
        return KafkaPeer.jars().resolve("*").toString();
    }

    void awaitPort() {
        long deadlineNs = System.nanoTime() + Duration.ofSeconds(START_SECONDS_MAX).toNanos();
        while (!isOpen()) {
            if (!process.isAlive() || System.nanoTime() > deadlineNs) {
                String output = process.output();
                close();
                throw new AssertionError("Apache Kafka did not start:\n" + output);
            }
        }
    }

    private boolean isOpen() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
        } catch (IOException e) {
            pause();
            return false;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while Apache Kafka starts", e);
        }
    }

    /** As {@code bootstrap.servers} takes it. */
    public String bootstrap() {
        return "127.0.0.1:" + port;
    }

    public long pid() {
        return process.pid();
    }

    void kill9() {
        process.kill9();
        process.close();
    }

    /** SIGTERM; waits for its end. */
    int stop() {
        return process.terminate(STOP);
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            try {
                process.terminate(STOP);
            } catch (AssertionError e) {
                process.kill9();
            }
        }
        process.close();
    }
}
