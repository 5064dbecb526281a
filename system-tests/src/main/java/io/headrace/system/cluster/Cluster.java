package io.headrace.system.cluster;

import io.headrace.system.machine.Disk;
import io.headrace.system.machine.Host;
import io.headrace.system.machine.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All processes of one run. */
public final class Cluster implements AutoCloseable {

    private static final int ZOOKEEPERS = 3;
    private static final int ADMINS = 2;
    private static final int CLIENT_PORT = 2181;
    public static final int KAFKA_PORT = 9092;
    private static final int BROKER_PORT = 8082;
    private static final int ADMIN_PORT = 8081;
    private static final int GATEWAY_PORT = 8080;
    private static final int DATABASE_PORT = 9101;
    private static final Duration START_MAX = Duration.ofMinutes(4);
    private static final String SESSION = "--headrace.zookeeper.session-timeout=6s";

    private final Machine machine;
    private final Setup setup;
    private final List<Node> zooKeepers = new ArrayList<>();
    private final Node database;
    private final List<Node> admins = new ArrayList<>();
    private final List<Node> brokers = new ArrayList<>();
    private final Node gateway;
    private final AdminView adminView;

    /**
     * How Java is started.
     *
     * @param jvm its binary and options
     * @param classPath the packaged jar
     * @param brokers how many
     * @param diskBytes of each broker's disk
     */
    public record Setup(List<String> jvm, String classPath, int brokers, long diskBytes) {}

    private Cluster(Machine machine, Setup setup) throws IOException {
        this.machine = machine;
        this.setup = setup;
        List<Host> hosts = new ArrayList<>();
        for (int i = 1; i <= ZOOKEEPERS; i++) {
            hosts.add(machine.host("zk" + i));
        }
        String connect =
                hosts.stream()
                        .map(host -> host.address() + ":" + CLIENT_PORT)
                        .collect(Collectors.joining(","));
        for (int i = 1; i <= ZOOKEEPERS; i++) {
            zooKeepers.add(zooKeeper(i, hosts));
        }
        this.database = h2();
        for (int i = 1; i <= ADMINS; i++) {
            admins.add(admin(i, connect));
        }
        for (int i = 1; i <= setup.brokers(); i++) {
            brokers.add(broker(i, connect));
        }
        this.gateway = gateway(connect);
        this.adminView = new AdminView(admins);
    }

    /** Starts everything and waits until all of it is ready. */
    public static Cluster start(Machine machine, Setup setup) throws IOException {
        Cluster cluster = new Cluster(machine, setup);
        cluster.startAll(cluster.zooKeepers);
        cluster.startAll(List.of(cluster.database));
        cluster.startAll(cluster.admins);
        cluster.startAll(cluster.brokers);
        cluster.startAll(List.of(cluster.gateway));
        return cluster;
    }

    private void startAll(List<Node> nodes) throws IOException {
        for (Node node : nodes) {
            node.start();
        }
        for (Node node : nodes) {
            if (!awaitReady(node, START_MAX)) {
                throw new IOException(
                        node + " did not become ready; its log is in " + machine.folder());
            }
        }
    }

    /** Answers whether it came up; a process that ended does not. */
    public static boolean awaitReady(Node node, Duration bound) throws IOException {
        return Waiting.until(bound, () -> !node.runs() || node.isReady()) && node.runs();
    }

    private List<String> java(String heap, String... rest) {
        List<String> command = new ArrayList<>(setup.jvm());
        command.add("-XX:TieredStopAtLevel=1"); // they start often, and live for minutes
        command.add("-Xmx" + heap);
        command.add("-cp");
        command.add(setup.classPath());
        command.addAll(List.of(rest));
        return command;
    }

    private Node zooKeeper(int id, List<Host> hosts) throws IOException {
        Path home = machine.folder().resolve("zk" + id);
        Files.createDirectories(home);
        Files.writeString(home.resolve("myid"), id + "\n");
        StringBuilder settings =
                new StringBuilder(
                        """
                        tickTime=500
                        initLimit=20
                        syncLimit=8
                        minSessionTimeout=1000
                        maxSessionTimeout=60000
                        admin.enableServer=false
                        maxClientCnxns=0
                        dataDir=%s
                        clientPort=%d
                        clientPortAddress=%s
                        """
                                .formatted(home, CLIENT_PORT, hosts.get(id - 1).address()));
        for (int i = 1; i <= hosts.size(); i++) {
            settings.append("server.%d=%s:2888:3888\n".formatted(i, hosts.get(i - 1).address()));
        }
        Path file = Files.writeString(home.resolve("zoo.cfg"), settings);
        List<String> command =
                java("96m", "org.apache.zookeeper.server.quorum.QuorumPeerMain", file.toString());
        return new Node(machine, hosts.get(id - 1), command, CLIENT_PORT, false, Optional.empty());
    }

    /** H2 as a process of its own, which both admin-services use. */
    private Node h2() throws IOException {
        Host host = machine.host("database");
        List<String> command =
                java(
                        "96m",
                        "org.h2.tools.Server",
                        "-tcp",
                        "-tcpAllowOthers",
                        "-tcpPort",
                        Integer.toString(DATABASE_PORT),
                        "-ifNotExists",
                        "-baseDir",
                        machine.folder().resolve("database").toString());
        return new Node(machine, host, command, DATABASE_PORT, false, Optional.empty());
    }

    private Node admin(int id, String connect) throws IOException {
        Host host = machine.host("admin" + id);
        List<String> command =
                service("io.headrace.admin.AdminApplication", "admin", host, ADMIN_PORT, connect);
        command.add("--headrace.admin.id=admin-" + id);
        command.add("--headrace.admin.shared-database-only=true");
        command.add(
                "--spring.datasource.url=jdbc:h2:tcp://"
                        + database.host().address()
                        + ":"
                        + DATABASE_PORT
                        + "/./headrace;NETWORK_TIMEOUT=5000");
        return new Node(machine, host, command, ADMIN_PORT, true, Optional.empty());
    }

    private Node broker(int id, String connect) throws IOException {
        Host host = machine.host("broker" + id);
        Disk disk = machine.disk("broker" + id, setup.diskBytes());
        List<String> command =
                service(
                        "io.headrace.broker.BrokerApplication",
                        "broker",
                        host,
                        BROKER_PORT,
                        connect);
        command.add("--headrace.broker.id=" + id);
        command.add("--headrace.broker.data-dir=" + data(disk));
        command.add("--headrace.broker.disk-reserve=16MB");
        command.add("--headrace.broker.kafka.listeners.PLAINTEXT.host=" + host.address());
        command.add("--headrace.broker.kafka.listeners.PLAINTEXT.port=" + KAFKA_PORT);
        command.add("--headrace.broker.groups.topic-partitions=3");
        command.add("--headrace.broker.groups.initial-rebalance-delay=500ms");
        command.add("--headrace.broker.replication.lag-max=6s");
        command.add("--headrace.broker.replication.read-timeout=4s");
        command.add("--headrace.broker.replication.catch-up-max=20s");
        command.add("--headrace.broker.scrub.pause=5s");
        command.add("--headrace.broker.compaction.backoff=2s");
        return new Node(machine, host, command, BROKER_PORT, true, Optional.of(disk));
    }

    private Node gateway(String connect) throws IOException {
        Host host = machine.host("gateway");
        List<String> command =
                service(
                        "io.headrace.gateway.GatewayApplication",
                        "gateway",
                        host,
                        GATEWAY_PORT,
                        connect);
        return new Node(machine, host, command, GATEWAY_PORT, true, Optional.empty());
    }

    private List<String> service(String main, String service, Host host, int port, String connect) {
        return java(
                "320m",
                main,
                "--headrace.standalone.service=" + service,
                "--spring.main.banner-mode=off",
                "--headrace.zookeeper.connect=" + connect,
                SESSION,
                "--server.address=" + host.address(),
                "--server.port=" + port,
                "--headrace." + service + ".advertised-url=http://" + host.address() + ":" + port);
    }

    private static Path data(Disk disk) {
        return disk.path().resolve("data");
    }

    public Machine machine() {
        return machine;
    }

    public List<Node> brokers() {
        return List.copyOf(brokers);
    }

    /** By its id, from 1. */
    public Node broker(int id) {
        return brokers.get(id - 1);
    }

    public List<Node> zooKeepers() {
        return List.copyOf(zooKeepers);
    }

    public Node database() {
        return database;
    }

    public List<Node> admins() {
        return List.copyOf(admins);
    }

    public Node gateway() {
        return gateway;
    }

    public List<Node> nodes() {
        List<Node> all = new ArrayList<>(zooKeepers);
        all.add(database);
        all.addAll(admins);
        all.addAll(brokers);
        all.add(gateway);
        return all;
    }

    /** Where a broker keeps a partition. */
    public Path partition(int broker, String topicAndPartition) {
        return data(broker(broker).disk()).resolve(topicAndPartition);
    }

    public String zooKeeperConnect() {
        return zooKeepers.stream()
                .map(each -> each.host().address() + ":" + CLIENT_PORT)
                .collect(Collectors.joining(","));
    }

    public String bootstrapServers() {
        return brokers.stream()
                .map(broker -> broker.host().address() + ":" + KAFKA_PORT)
                .collect(Collectors.joining(","));
    }

    public AdminView admin() {
        return adminView;
    }

    /** Looks for these traces of what is done from now on. */
    public Traces traces(Signs signs) throws IOException {
        List<Watcher> watchers = new ArrayList<>();
        for (Node node : nodes()) {
            watchers.add(new Watcher(node, machine.folder().resolve(node.name() + ".log"), signs));
        }
        return Traces.of(watchers);
    }

    /** What brokers and the gateway hold now. */
    public Usage usage() throws IOException {
        return Usage.of(machine, Stream.concat(brokers.stream(), Stream.of(gateway)).toList());
    }

    /** Admin-services and brokers end and start anew; answers the names of those that did not. */
    public List<String> restartServices(Duration bound) throws IOException {
        for (Node node : Stream.concat(admins.stream(), brokers.stream()).toList()) {
            if (node.runs()) {
                node.kill9();
            }
        }
        return heal(bound);
    }

    /** Everything runs again, unhindered; answers the names of those that did not come up. */
    public List<String> heal(Duration bound) throws IOException {
        for (Node node : nodes()) {
            node.heal();
        }
        List<String> missing = new ArrayList<>();
        for (Node node : nodes()) {
            if (!awaitReady(node, bound)) {
                missing.add(node.name());
            }
        }
        return missing;
    }

    /** In order, so that the logs end well; what does not stop is killed with the machine. */
    @Override
    public void close() throws IOException {
        for (Node node : Stream.concat(Stream.of(gateway), brokers.stream()).toList()) {
            if (node.runs()) {
                node.kill9();
            }
        }
    }
}
