package io.headrace.testkit.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Broker processes of one cluster, by their ids; a broker keeps its ports and its data. */
final class HeadraceBrokers implements BrokerProcesses {

    static final Duration START = Duration.ofMinutes(5);
    static final Duration STOP = Duration.ofMinutes(1);

    private final Path root;
    private final String zooKeeper;
    private final HeadraceProgram program;
    private final List<String> args;
    private final Map<Integer, List<Integer>> ports = new TreeMap<>();
    private final Map<Integer, ChildJvm> running = new TreeMap<>();

    HeadraceBrokers(Path root, String zooKeeper, HeadraceProgram program, List<String> args) {
        this.root = root;
        this.zooKeeper = zooKeeper;
        this.program = program;
        this.args = args;
    }

    static void awaitReady(ChildJvm process) {
        process.awaitLine(line -> line.startsWith("Headrace is ready"), START);
    }

    /** Starts them side by side and returns when all are ready. */
    void startAll(int count) {
        for (int id = 1; id <= count; id++) {
            launch(id);
        }
        running.values().forEach(HeadraceBrokers::awaitReady);
    }

    private void launch(int id) {
        List<Integer> own = ports.computeIfAbsent(id, unknown -> FreePorts.some(2));
        List<String> all =
                new ArrayList<>(
                        List.of(
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
        all.addAll(args);
        running.put(
                id,
                program.main("io.headrace.standalone.Standalone")
                        .args(all.toArray(String[]::new))
                        .start());
    }

    @Override
    public void start(int id) {
        launch(id);
        awaitReady(broker(id));
    }

    @Override
    public void kill9(int id) {
        broker(id).kill9();
        running.remove(id);
    }

    @Override
    public int stop(int id) {
        int code = broker(id).terminate(STOP);
        running.remove(id);
        return code;
    }

    private ChildJvm broker(int id) {
        ChildJvm broker = running.get(id);
        if (broker == null) {
            throw new IllegalStateException("broker " + id + " does not run");
        }
        return broker;
    }

    @Override
    public List<Long> pids() {
        return running.values().stream().map(ChildJvm::pid).toList();
    }

    private Path home(int id) {
        return root.resolve("brokers").resolve(Integer.toString(id));
    }

    /** Where a broker keeps a partition. */
    Path partition(int id, String topic, int partition) {
        return home(id).resolve("broker").resolve(topic + "-" + partition);
    }

    /** Of all that were ever started, so that a client survives the restart of any. */
    @Override
    public String bootstrapServers() {
        return ports.values().stream()
                .map(each -> "127.0.0.1:" + each.get(1))
                .collect(Collectors.joining(","));
    }

    @Override
    public void close() {
        running.values().forEach(ChildJvm::close);
    }
}
