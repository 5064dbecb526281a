package io.headrace.system.machine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * One run's hosts, disks and programs. {@link #close} leaves the run's folder with its logs and
 * takes everything else away.
 */
public final class Machine implements AutoCloseable {

    private static final List<String> TOOLS =
            List.of(
                    "ip",
                    "iptables",
                    "losetup",
                    "mkfs.ext4",
                    "nsenter",
                    "prlimit",
                    "setsid",
                    "ss",
                    "strace",
                    "tc");
    private static final String CAPABILITIES = "CapEff:";

    /** By their bits. */
    private static final Map<String, Integer> NEEDED =
            new TreeMap<>(Map.of("CAP_NET_ADMIN", 12, "CAP_SYS_ADMIN", 21, "CAP_SYS_PTRACE", 19));

    private static final int RUNS_MAX = 200;
    private static final int FIRST_HOST = 11;
    private static final int HOSTS_MAX = 200;

    private final RunFolder run;
    private final String bridge;
    private final String network;
    private int hosts;

    private Machine(RunFolder run, String bridge, String network) {
        this.run = run;
        this.bridge = bridge;
        this.network = network;
    }

    /** Why this machine cannot do it; empty when it can. */
    public static Optional<String> obstacle() throws IOException {
        String capabilities =
                Files.readAllLines(Path.of("/proc/self/status")).stream()
                        .filter(line -> line.startsWith(CAPABILITIES))
                        .findFirst()
                        .orElse(CAPABILITIES + "0");
        return obstacle(System.getProperty("user.name"), capabilities, Machine::onPath);
    }

    /**
     * @param capabilities the effective ones, a line of {@code /proc/self/status}
     * @param hasTool whether a program is on the path
     */
    static Optional<String> obstacle(String user, String capabilities, Predicate<String> hasTool) {
        if (!user.equals("root")) {
            return Optional.of("fault runs need root: namespaces, mounts and packet filters");
        }
        long has =
                Long.parseUnsignedLong(capabilities.substring(CAPABILITIES.length()).strip(), 16);
        for (Map.Entry<String, Integer> needed : NEEDED.entrySet()) {
            if ((has >>> needed.getValue() & 1) == 0) {
                return Optional.of(
                        "fault runs need " + needed.getKey() + ", which this root does not have");
            }
        }
        for (String tool : TOOLS) {
            if (!hasTool.test(tool)) {
                return Optional.of(
                        "fault runs need "
                                + tool
                                + " (Debian: iproute2, iptables, e2fsprogs, strace, util-linux)");
            }
        }
        return Optional.empty();
    }

    private static boolean onPath(String tool) {
        for (String folder : (System.getenv("PATH") + ":/sbin:/usr/sbin").split(":", -1)) {
            if (Files.isExecutable(Path.of(folder, tool))) {
                return true;
            }
        }
        return false;
    }

    /**
     * @param runs folder of the folders of all runs; dead ones are cleaned up first
     */
    public static synchronized Machine create(Path runs, String name) throws IOException {
        RunFolder.cleanUpDeadRuns(runs);
        RunFolder run = RunFolder.create(runs.resolve(name));
        // Two runs that begin at the same time must not take the same network.
        Path lock = Path.of(System.getProperty("java.io.tmpdir"), "headrace-networks.lock");
        try (FileChannel file =
                        FileChannel.open(
                                lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock _ = file.lock()) {
            return inFreeNetwork(run);
        }
    }

    private static Machine inFreeNetwork(RunFolder run) throws IOException {
        for (int i = 0; i < RUNS_MAX; i++) {
            String bridge = "hr" + i;
            if (!Files.exists(Path.of("/sys/class/net", bridge))) {
                run.enter("links", bridge);
                Command.run("ip", "link", "add", bridge, "type", "bridge");
                String network = "198.18." + i + ".";
                Command.run("ip", "addr", "add", network + "1/24", "dev", bridge);
                Command.run("ip", "addr", "add", network + "2/24", "dev", bridge);
                Command.run("ip", "link", "set", bridge, "up");
                // A Docker engine forbids what nobody allows, also within a bridge.
                Command.run(
                        "iptables", "-I", "FORWARD", "-i", bridge, "-o", bridge, "-j", "ACCEPT");
                return new Machine(run, bridge, network);
            }
        }
        throw new IOException("there are " + RUNS_MAX + " runs already");
    }

    /** Where logs and the history are kept. */
    public Path folder() {
        return run.path();
    }

    /** This process's own address in the run's network: that of the clients. */
    public String ownAddress() {
        return network + "1";
    }

    /** Another address of this process, which no rule of the hosts redirects: that of proxies. */
    public String proxyAddress() {
        return network + "2";
    }

    public Host host(String name) throws IOException {
        if (hosts == HOSTS_MAX) {
            throw new IOException("there are " + HOSTS_MAX + " hosts already");
        }
        return Host.create(run, bridge, name, network + (FIRST_HOST + hosts++));
    }

    public Disk disk(String name, long bytes) throws IOException {
        return Disk.create(run, name, bytes);
    }

    public Program program(Host host, String name, List<String> command) throws IOException {
        return Program.start(run, host, name, command, run.path().resolve(name + ".log"));
    }

    /** The one of this run for this resource. */
    public ControlGroup controlGroup(ControlGroup.Resource resource) throws IOException {
        return ControlGroup.create(run, "headrace-" + bridge, resource);
    }

    @Override
    public void close() throws IOException {
        run.cleanUp();
    }
}
