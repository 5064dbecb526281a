package io.headrace.testkit.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A cluster as {@code ./headrace up --brokers} starts it, from this process's class path:
 * ZooKeeper, admin and gateway in one process, each broker in its own, ids from 1.
 *
 * <p>Errors: what is not ready within {@value #START_MINUTES_MAX} minutes is an {@link
 * AssertionError} with its output.
 */
public final class HeadraceCluster implements BrokerProcesses {

    private static final int START_MINUTES_MAX = 5;
    private static final Duration STOP = Duration.ofMinutes(1);

    private final Path root;
    private final String[] jvmArgs;
    private final int gatewayPort;
    private final ChildJvm control;
    private final String zooKeeper;
    private final Map<Integer, List<Integer>> ports = new TreeMap<>();
    private final Map<Integer, ChildJvm> brokers = new TreeMap<>();

    private HeadraceCluster(Path root, String... jvmArgs) {
        this.root = root;
        this.jvmArgs = jvmArgs.clone();
        List<Integer> controlPorts = FreePorts.some(2);
        this.gatewayPort = controlPorts.getFirst();
        this.control =
                process(
                        "--parts",
                        "control",
                        "--data",
                        root.toString(),
                        "--port",
                        controlPorts.get(0).toString(),
                        "--admin-port",
                        controlPorts.get(1).toString());
        boolean isReady = false;
        try {
            awaitReady(control);
            this.zooKeeper = zooKeeperOf(root);
            isReady = true;
        } finally {
            if (!isReady) {
                control.close();
            }
        }
    }

    /**
     * Returns when all are ready.
     *
     * @param root data of all of them
     * @param jvmArgs of each process
     */
    public static HeadraceCluster up(Path root, int brokers, String... jvmArgs) {
        HeadraceCluster cluster = new HeadraceCluster(root, jvmArgs);
        boolean isReady = false;
        try {
            for (int id = 1; id <= brokers; id++) {
                cluster.launch(id);
            }
            cluster.brokers.values().forEach(HeadraceCluster::awaitReady);
            isReady = true;
            return cluster;
        } finally {
            if (!isReady) {
                cluster.close();
            }
        }
    }

    private static String zooKeeperOf(Path root) {
        try (Stream<String> lines = Files.lines(root.resolve("headrace.run"))) {
            return lines.filter(line -> line.startsWith("zookeeper="))
                    .map(line -> line.substring("zookeeper=".length()))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ChildJvm process(String... args) {
        return ChildJvm.of("io.headrace.standalone.Standalone").jvmArgs(jvmArgs).args(args).start();
    }

    private static void awaitReady(ChildJvm process) {
        process.awaitLine(
                line -> line.startsWith("Headrace is ready"),
                Duration.ofMinutes(START_MINUTES_MAX));
    }

    private void launch(int id) {
        List<Integer> own = ports.computeIfAbsent(id, unknown -> FreePorts.some(2));
        brokers.put(
                id,
                process(
                        "--parts",
                        "broker",
                        "--broker-id",
                        Integer.toString(id),
                        "--zookeeper",
                        zooKeeper,
                        "--data",
                        home(id).toString(),
                        "--broker-port",
                        own.get(0).toString(),
                        "--kafka-port",
                        own.get(1).toString()));
    }

    @Override
    public void start(int id) {
        launch(id);
        awaitReady(broker(id));
    }

    @Override
    public void kill9(int id) {
        broker(id).kill9();
        brokers.remove(id);
    }

    @Override
    public int stop(int id) {
        int code = broker(id).terminate(STOP);
        brokers.remove(id);
        return code;
    }

    private ChildJvm broker(int id) {
        ChildJvm broker = brokers.get(id);
        if (broker == null) {
            throw new IllegalStateException("broker " + id + " does not run");
        }
        return broker;
    }

    /** Of the brokers; the last is that of ZooKeeper, admin and gateway. */
    @Override
    public List<Long> pids() {
        List<Long> pids = new ArrayList<>();
        brokers.values().forEach(broker -> pids.add(broker.pid()));
        pids.add(control.pid());
        return pids;
    }

    private Path home(int id) {
        return root.resolve("brokers").resolve(Integer.toString(id));
    }

    /** Where a broker keeps a partition. */
    public Path partition(int id, String topic, int partition) {
        return home(id).resolve("broker").resolve(topic + "-" + partition);
    }

    public String gateway() {
        return "http://127.0.0.1:" + gatewayPort;
    }

    @Override
    public String bootstrapServers() {
        return ports.values().stream()
                .map(each -> "127.0.0.1:" + each.get(1))
                .collect(Collectors.joining(","));
    }

    @Override
    public void close() {
        brokers.values().forEach(ChildJvm::close);
        control.close();
    }
}
