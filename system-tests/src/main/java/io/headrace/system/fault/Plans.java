package io.headrace.system.fault;

import io.headrace.system.cluster.Signs;
import io.headrace.system.fault.Plan.Attack;
import io.headrace.system.fault.Plan.Demands;
import io.headrace.system.fault.Plan.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** All plans by their names. */
public final class Plans {

    /** That a plan lasts, unless the command says otherwise. */
    public static final int SECONDS = 40;

    private static final long ONE_OF_TWO_NS = TimeUnit.SECONDS.toNanos(8);
    private static final int PAIRS_LEAST = 6;

    /** A producer gives a record up after two minutes, and none may. */
    private static final Duration STALL_MAX = Duration.ofSeconds(110);

    /** Who writes does not notice: leaders stay. */
    private static final List<String> UNFELT =
            List.of("F8", "F27", "F38", "F39", "F41", "F43", "F44", "F50", "F52");

    private static final Map<String, Plan> ALL = new LinkedHashMap<>();

    /** A broker is gone: whoever is left sees it. */
    private static final Signs GONE =
            Signs.of(
                    "kafka_brokers|underreplicatedpartitions|offlinepartitionscount|isrshrinks",
                    "is gone: its address refuses|In-sync replicas are|No answer from this leader",
                    "underReplicatedPartitions|/brokers=");

    private static final Signs NO_ZOOKEEPER =
            Signs.of(
                    "zookeeperdisconnects",
                    "State change: (SUSPENDED|LOST)",
                    "zooKeeperConnected=false|/zookeeper=not connected");

    /** A broker is cut off: the others see that it is gone, and it sees that they are. */
    private static final Signs CUT_OFF =
            Signs.any(List.of(GONE, NO_ZOOKEEPER, Signs.of("disconnects_total", "", "")));

    private static final Signs FULL =
            Signs.of(
                    "disk_nearly_full",
                    "Appends are refused until space returns",
                    "diskNearlyFull=true");
    private static final Signs OFFLINE =
            Signs.of(
                    "offlinelogdirectorycount|kafka_brokers",
                    "The log directory goes offline",
                    "logDirectoryOffline=true");

    /** What a broker finds when it starts again. */
    private static final Duration AFTER_START = Duration.ofSeconds(25);

    private static final Signs CUT_LOG =
            Signs.any(List.of(GONE, Signs.of("", "Cutting [0-9]+ bytes off segment", "")));
    private static final Signs ANOTHER_CONTROLLER =
            Signs.of("activecontrollercount", "Is the controller", "isController|controllerEpoch");

    static {
        process("F1", "kill -9 of leaders", GONE, ProcessAttacks::killLeader);
        process(
                "F2",
                "kill -9 of followers, admins, coordinators",
                GONE,
                ProcessAttacks::killTheOthers);
        process("F3", "kill -9 of all brokers at once", GONE, ProcessAttacks::killAll);
        plan(
                "F4",
                "rolling restart",
                Demands.NO_FAILED_SEND,
                Kind.PROCESS,
                Signs.any(List.of(GONE, Signs.of("", "Relieved of", ""))),
                ProcessAttacks::restartInTurn);
        process("F5", "restart storm", GONE, ProcessAttacks::storm);
        process("F6", "leaders stand still for 25, 10, 1 s", GONE, ProcessAttacks::pauseLeader);
        process(
                "F7",
                "admin-services stand still",
                Signs.any(List.of(GONE, ANOTHER_CONTROLLER)),
                ProcessAttacks::pauseController);
        other(
                "F8",
                "a group member stands still",
                Signs.trouble("member_expired").within(Duration.ofSeconds(20)), // its session: 10
                ClientAttacks::standingMember);
        network(
                "F9",
                "leader isolated, its clients with it",
                CUT_OFF,
                NetworkAttacks::isolateLeader);
        network(
                "F10",
                "leader without ZooKeeper",
                CUT_OFF,
                NetworkAttacks::isolateFromCoordination);
        network("F11", "leader without followers", CUT_OFF, NetworkAttacks::isolateFromFollowers);
        network("F12", "leader cut off in one direction", CUT_OFF, NetworkAttacks::oneWay);
        network("F13", "half-open connections", CUT_OFF, NetworkAttacks::halfOpen);
        network(
                "F14",
                "connections reset every second",
                // Too brief for a health to tell.
                Signs.of(
                        "disconnects_total",
                        "No answer from this leader|A connection is closed|State change: SUSPENDED",
                        ""),
                NetworkAttacks::resetStorm);
        network("F15", "two brokers without each other", CUT_OFF, NetworkAttacks::ring);
        network(
                "F16",
                "5 % and 20 % of the packets lost",
                Signs.trouble("packets_lost"),
                NetworkAttacks::loss);
        network(
                "F17",
                "500 and 50 ms on the way between brokers",
                Signs.trouble("slow_leader"),
                ProxyAttacks::slow);
        network(
                "F18",
                "one follower at 64 kbit/s",
                Signs.any(List.of(GONE)).within(Duration.ofSeconds(20)), // it lags for six first
                NetworkAttacks::narrow);
        network(
                "F20",
                "replies to clients lost",
                Signs.trouble("repeated_batch"),
                ProxyAttacks::loseReplies);
        process("F21", "disk full", FULL, DiskAttacks::full);
        process("F22", "writes find no room", FULL, StorageAttacks::noRoom);
        process("F23", "writes fail", OFFLINE, StorageAttacks::failingWrite);
        process("F24", "flushes fail, then power loss", OFFLINE, StorageAttacks::failingFlush);
        other("F26", "flushes take 2 s", Signs.trouble("slow_flush"), StorageAttacks::slowFlush);
        other(
                "F27",
                "older files cannot be read",
                Signs.trouble("read_failed"),
                StorageAttacks::failingRead);
        process("F28", "power loss of leaders", GONE, PowerAttacks::one);
        plan(
                "F29",
                "power loss of all brokers, flush.on.ack",
                Demands.OF_FLUSHED,
                Kind.PROCESS,
                GONE,
                PowerAttacks::all);
        plan(
                "F29-replicated",
                "power loss of all brokers, default mode: what is lost",
                Demands.NOTHING,
                Kind.PROCESS,
                GONE,
                PowerAttacks::all);
        plan(
                "F30",
                "last replica standing",
                Demands.ALL,
                Kind.MIXED,
                CUT_OFF,
                PowerAttacks::lastReplicaStanding);
        process(
                "F31",
                "logs that end inside a batch",
                CUT_LOG.within(AFTER_START),
                StorageAttacks::tornTail);
        process(
                "F32",
                "garbage behind the end of logs",
                CUT_LOG.within(AFTER_START),
                StorageAttacks::garbageTail);
        process("F33", "bits flipped in the files of one broker", GONE, DiskAttacks::flipBits);
        process("F34", "files of one broker missing", GONE, DiskAttacks::loseFiles);
        plan(
                "F34-empty",
                "a leader comes back with an empty disk",
                Demands.OF_REPLICATED,
                Kind.PROCESS,
                GONE,
                StorageAttacks::emptyDisk);
        plan(
                "F38",
                "one ZooKeeper of three",
                Demands.NO_FAILED_SEND,
                Kind.OTHER,
                // For the rest of the cluster nothing happens.
                Signs.of("", "Connection broken|Cannot open channel|Exception when following", ""),
                CoordinationAttacks::one);
        process("F39", "no ZooKeeper majority", NO_ZOOKEEPER, CoordinationAttacks::quorum);
        process("F40", "sessions of brokers and admins expire", GONE, ProcessAttacks::expire);
        // Shorter than a session: nobody has to see it.
        network("F41", "ZooKeeper comes and goes", Signs.NONE, NetworkAttacks::flapping);
        process(
                "F42",
                "ZooKeeper loses its data, and has it back",
                NO_ZOOKEEPER,
                CoordinationAttacks::lostData);
        other(
                "F43",
                "the database dies and stands still",
                Signs.of(
                        "audit_(failures|queue)",
                        "The audit row of a change is not written yet|for want of the database",
                        "/components/db/"),
                DatabaseAttacks::trouble);
        process(
                "F44",
                "topics come and go while admins die",
                ANOTHER_CONTROLLER,
                TopicAttacks::admins);
        other(
                "F45",
                "heap dumps of leaders",
                Signs.trouble("stood_still|starved"),
                ResourceAttacks::safepoints);
        process("F46", "too small a heap, no threads", GONE, ResourceAttacks::noMemory);
        process("F47", "the kernel kills for memory", GONE, ResourceAttacks::killedByKernel);
        other(
                "F48",
                "no more files for a leader",
                // It answers nobody: the log is what is left.
                Signs.of("", "Too many (open files|files and connections)", ""),
                ResourceAttacks::noFiles);
        other(
                "F49",
                "a leader gets a tenth of its time",
                Signs.trouble("starved|stood_still"),
                ProcessAttacks::starve);
        other(
                "F50",
                "readers of a byte a second",
                Signs.trouble("slow_reader"),
                ResourceAttacks::slowReaders);
        other(
                "F52",
                "hundreds of connections a second",
                Signs.trouble("connection_storm|connections_refused"),
                ResourceAttacks::flood);
        process("F55", "replicas move while brokers die", GONE, MembershipAttacks::moves);
        process("F56", "a topic is made again and again", GONE, TopicAttacks::sameName);
        process("F57", "compaction and deletion while leaders die", GONE, TopicAttacks::tidied);
        plan(
                "F60",
                "pairs of faults by chance, at once",
                Demands.ALL,
                Kind.MIXED,
                Signs.any(List.of(CUT_OFF, NO_ZOOKEEPER, FULL, OFFLINE, ANOTHER_CONTROLLER)),
                Plans::pairs);
        UNFELT.forEach(name -> ALL.computeIfPresent(name, (n, plan) -> plan.unfelt()));
        // What one of the faults shows, nothing shows without a fault.
        plan(
                "baseline",
                "no fault",
                Demands.ALL,
                Kind.NOTHING,
                Signs.any(ALL.values().stream().map(Plan::signs).toList()),
                Plans::nothing);
        ALL.computeIfPresent("baseline", (name, plan) -> plan.unfelt());
    }

    private Plans() {}

    private static void process(String name, String summary, Signs signs, Attack attack) {
        plan(name, summary, Demands.ALL, Kind.PROCESS, signs, attack);
    }

    private static void network(String name, String summary, Signs signs, Attack attack) {
        plan(name, summary, Demands.ALL, Kind.NETWORK, signs, attack);
    }

    private static void other(String name, String summary, Signs signs, Attack attack) {
        plan(name, summary, Demands.ALL, Kind.OTHER, signs, attack);
    }

    private static void plan(
            String name, String summary, Demands demands, Kind kind, Signs signs, Attack attack) {
        ALL.put(name, new Plan(name, summary, SECONDS, demands, kind, signs, STALL_MAX, attack));
    }

    public static List<String> names() {
        return List.copyOf(ALL.keySet());
    }

    /**
     * @param name of one, several with commas between, or {@code all}
     */
    public static List<Plan> named(String name) {
        if (name.equals("all")) {
            return List.copyOf(ALL.values());
        }
        List<Plan> plans = new ArrayList<>();
        for (String each : name.split(",", -1)) {
            Plan plan = ALL.get(each);
            if (plan == null) {
                throw new IllegalArgumentException("there is no plan " + each + ", but " + names());
            }
            plans.add(plan);
        }
        return plans;
    }

    private static void nothing(Field field) throws IOException {
        field.mark("nothing is done");
        while (field.goesOn()) {
            field.pause(1);
        }
    }

    /** F60: one fault of the network and one of processes and disks, at the same time. */
    private static void pairs(Field field) throws IOException {
        List<Plan> ofNetwork = some(Kind.NETWORK);
        List<Plan> ofProcesses = some(Kind.PROCESS);
        Random random = field.random();
        for (int i = 0; i < PAIRS_LEAST || field.goesOn(); i++) {
            Plan one = ofNetwork.get(random.nextInt(ofNetwork.size()));
            Plan other = ofProcesses.get(random.nextInt(ofProcesses.size()));
            field.mark("a pair: " + one.name() + " and " + other.name());
            Field ofOne = field.ofPair(ONE_OF_TWO_NS);
            Field ofOther = field.ofPair(ONE_OF_TWO_NS);
            FutureTask<Boolean> first =
                    new FutureTask<>(
                            () -> {
                                one.attack().run(ofOne);
                                return true;
                            });
            Thread thread = Thread.ofPlatform().name("pair").start(first);
            try {
                other.attack().run(ofOther);
            } finally {
                join(thread, first);
                ofOne.healNetwork();
            }
            if (ofOne.attacks() > 0 && ofOther.attacks() > 0) {
                field.attacked();
            } else {
                field.mark("only one of the pair, or none, did something");
            }
            ProcessAttacks.startWhoIsDown(field);
            ProcessAttacks.awaitAll(field);
            field.settle();
        }
        field.expect(field.attacks() >= PAIRS_LEAST / 2, "INCOMPLETE", "too few pairs attacked");
    }

    private static void join(Thread thread, FutureTask<Boolean> task) throws IOException {
        try {
            thread.join();
            task.get();
        } catch (ExecutionException e) {
            throw new IOException("the other of a pair could not go on", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static List<Plan> some(Kind kind) {
        return ALL.values().stream()
                .filter(plan -> plan.demands().areAll() && plan.kind() == kind)
                .toList();
    }
}
