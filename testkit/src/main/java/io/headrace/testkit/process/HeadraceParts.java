package io.headrace.testkit.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A cluster in which every part is a process of its own, as in production: ZooKeeper,
 * admin-services {@code admin-1}, {@code admin-2} and so on, brokers from 1; each can be killed
 * alone.
 *
 * <p>Errors: what is not ready in time is an {@link AssertionError} with its output.
 */
public final class HeadraceParts implements BrokerProcesses {

    private static final Duration ZOOKEEPER_START = Duration.ofSeconds(60);

    private final Path root;
    private final HeadraceProgram program;
    private final int zooKeeperPort;
    private final List<Integer> adminPorts;
    private final Map<Integer, ChildJvm> admins = new TreeMap<>();
    private final HeadraceBrokers brokers;
    private @Nullable ChildJvm zooKeeper;

    private HeadraceParts(Path root, int admins, List<String> brokerArgs, HeadraceProgram program) {
        this.root = root;
        this.program = program;
        this.zooKeeperPort = FreePorts.some(1).getFirst();
        this.adminPorts = FreePorts.some(admins);
        this.brokers = new HeadraceBrokers(root, zooKeeper(), program, brokerArgs);
    }

    /**
     * Returns when all are ready.
     *
     * @param root data of all of them
     * @param brokerArgs more arguments of each broker
     * @param program of each process
     */
    public static HeadraceParts up(
            Path root, int brokers, int admins, List<String> brokerArgs, HeadraceProgram program)
            throws IOException {
        HeadraceParts cluster = new HeadraceParts(root, admins, brokerArgs, program);
        boolean isReady = false;
        try {
            cluster.startZooKeeper();
            for (int number = 1; number <= admins; number++) {
                cluster.launchAdmin(number);
            }
            cluster.admins.values().forEach(HeadraceParts::awaitAdmin);
            cluster.brokers.startAll(brokers);
            isReady = true;
            return cluster;
        } finally {
            if (!isReady) {
                cluster.close();
            }
        }
    }

    /** {@code host:port} of ZooKeeper. */
    public String zooKeeper() {
        return "127.0.0.1:" + zooKeeperPort;
    }

    /** Starts ZooKeeper on the data that it has, and waits until it listens. */
    public void startZooKeeper() throws IOException {
        Path home = Files.createDirectories(root.resolve("zookeeper"));
        Path config = home.resolve("zoo.cfg");
        Files.writeString(
                config,
                """
                dataDir=%s
                clientPortAddress=127.0.0.1
                clientPort=%d
                tickTime=500
                minSessionTimeout=1000
                maxSessionTimeout=60000
                maxClientCnxns=0
                admin.enableServer=false
                """
                        .formatted(home.resolve("data"), zooKeeperPort));
        Path logging = home.resolve("logback.xml");
        Files.writeString(logging, "<configuration><root level=\"OFF\"/></configuration>\n");
        ChildJvm started =
                program.main("org.apache.zookeeper.server.ZooKeeperServerMain")
                        .jvmArgs("-Dlogback.configurationFile=" + logging)
                        .args(config.toString())
                        .start();
        zooKeeper = started;
        long deadlineNs = System.nanoTime() + ZOOKEEPER_START.toNanos();
        while (!listens(zooKeeperPort)) {
            if (!started.isAlive() || System.nanoTime() > deadlineNs) {
                throw new AssertionError("ZooKeeper does not listen:\n" + started.output());
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** SIGKILL; its sessions go on when it is started again in time. */
    public void killZooKeeper() {
        ChildJvm running = zooKeeper;
        if (running == null) {
            throw new IllegalStateException("ZooKeeper does not run");
        }
        running.kill9();
        zooKeeper = null;
    }

    private void launchAdmin(int number) {
        admins.put(
                number,
                program.main("io.headrace.admin.AdminApplication")
                        .args(
                                // The class path has other services' libraries, too.
                                "--headrace.standalone.service=admin",
                                "--headrace.zookeeper.connect=" + zooKeeper(),
                                "--headrace.admin.id=" + adminId(number),
                                "--headrace.admin.data-dir="
                                        + root.resolve("admins").resolve(adminId(number)),
                                "--headrace.admin.advertised-url=" + adminUrl(number),
                                "--server.port=" + adminPorts.get(number - 1))
                        .start());
    }

    private static void awaitAdmin(ChildJvm admin) {
        admin.awaitLine(line -> line.contains("The admin-service answers"), HeadraceBrokers.START);
    }

    /** Starts one that was killed and waits until it answers. */
    public void startAdmin(int number) {
        launchAdmin(number);
        awaitAdmin(admin(number));
    }

    /** SIGKILL. */
    public void killAdmin(int number) {
        admin(number).kill9();
        admins.remove(number);
    }

    private ChildJvm admin(int number) {
        ChildJvm admin = admins.get(number);
        if (admin == null) {
            throw new IllegalStateException("admin-service " + number + " does not run");
        }
        return admin;
    }

    /** The id that it has in the election. */
    public static String adminId(int number) {
        return "admin-" + number;
    }

    public String adminUrl(int number) {
        return "http://127.0.0.1:" + adminPorts.get(number - 1);
    }

    @Override
    public void start(int id) {
        brokers.start(id);
    }

    @Override
    public void kill9(int id) {
        brokers.kill9(id);
    }

    @Override
    public int stop(int id) {
        return brokers.stop(id);
    }

    /** Of the brokers, then of the admin-services. */
    @Override
    public List<Long> pids() {
        List<Long> pids = new ArrayList<>(brokers.pids());
        admins.values().forEach(admin -> pids.add(admin.pid()));
        return pids;
    }

    /** Where a broker keeps a partition. */
    public Path partition(int id, String topic, int partition) {
        return brokers.partition(id, topic, partition);
    }

    @Override
    public String bootstrapServers() {
        return brokers.bootstrapServers();
    }

    @Override
    public void close() {
        brokers.close();
        admins.values().forEach(ChildJvm::close);
        ChildJvm running = zooKeeper;
        if (running != null) {
            running.close();
        }
    }
}
