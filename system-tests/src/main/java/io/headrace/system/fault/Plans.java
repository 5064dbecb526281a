package io.headrace.system.fault;

import io.headrace.system.fault.Plan.Attack;
import io.headrace.system.fault.Plan.Demands;
import io.headrace.system.fault.Plan.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** All plans by their names. */
public final class Plans {

    /** That a plan lasts, unless the command says otherwise. */
    public static final int SECONDS = 40;

    private static final long ONE_OF_TWO_NS = TimeUnit.SECONDS.toNanos(12);
    private static final Map<String, Plan> ALL = new LinkedHashMap<>();

    static {
        add("baseline", "no fault", Kind.QUIET, Plans::nothing);
        process("F1", "kill -9 of leaders", ProcessAttacks::killLeader);
        process("F2", "kill -9 of followers, admins, coordinators", ProcessAttacks::killTheOthers);
        process("F3", "kill -9 of all brokers at once", ProcessAttacks::killAll);
        process("F4", "rolling restart", ProcessAttacks::restartInTurn);
        process("F5", "restart storm", ProcessAttacks::storm);
        process("F6", "leaders stand still for 25, 10, 1 s", ProcessAttacks::pauseLeader);
        process("F7", "admin-services stand still", ProcessAttacks::pauseController);
        add("F8", "a group member stands still", Kind.QUIET, ClientAttacks::standingMember);
        network("F9", "leader isolated, its clients with it", NetworkAttacks::isolateLeader);
        network("F10", "leader without ZooKeeper", NetworkAttacks::isolateFromCoordination);
        network("F11", "leader without followers", NetworkAttacks::isolateFromFollowers);
        network("F12", "leader cut off in one direction", NetworkAttacks::oneWay);
        network("F13", "half-open connections", NetworkAttacks::halfOpen);
        add(
                "F14",
                "connections reset every second",
                Kind.BRIEF_NETWORK,
                NetworkAttacks::resetStorm);
        network("F15", "two brokers without each other", NetworkAttacks::ring);
        quiet("F16", "5 % and 20 % of the packets lost", NetworkAttacks::loss);
        quiet("F17", "50 and 500 ms on the way between brokers", ProxyAttacks::slow);
        quiet("F18", "one follower at 1 Mbit/s", NetworkAttacks::narrow);
        quiet("F20", "replies to clients lost", ProxyAttacks::loseReplies);
        process("F21", "disk full", DiskAttacks::full);
        process("F22", "writes find no room", StorageAttacks::noRoom);
        process("F23", "writes fail", StorageAttacks::failingWrite);
        process("F24", "flushes fail, then power loss", StorageAttacks::failingFlush);
        add("F26", "flushes take 2 s", Kind.QUIET, StorageAttacks::slowFlush);
        add("F27", "older files cannot be read", Kind.QUIET, StorageAttacks::failingRead);
        process("F28", "power loss of leaders", PowerAttacks::one);
        plan(
                "F29",
                "power loss of all brokers, flush.on.ack",
                Demands.OF_FLUSHED,
                Kind.PROCESS,
                PowerAttacks::all);
        plan(
                "F29-replicated",
                "power loss of all brokers, default mode: what is lost",
                Demands.NOTHING,
                Kind.PROCESS,
                PowerAttacks::all);
        add("F30", "last replica standing", Kind.MIXED, PowerAttacks::lastReplicaStanding);
        process("F31", "logs that end inside a batch", StorageAttacks::tornTail);
        process("F32", "garbage behind the end of logs", StorageAttacks::garbageTail);
        process("F33", "bits flipped in the files of one broker", DiskAttacks::flipBits);
        process("F34", "files of one broker missing", DiskAttacks::loseFiles);
        plan(
                "F34-empty",
                "a leader comes back with an empty disk",
                Demands.OF_REPLICATED,
                Kind.PROCESS,
                StorageAttacks::emptyDisk);
        add("F38", "one ZooKeeper of three", Kind.QUIET, CoordinationAttacks::one);
        process("F39", "no ZooKeeper majority", CoordinationAttacks::quorum);
        process("F40", "sessions of brokers and admins expire", ProcessAttacks::expire);
        quiet("F41", "ZooKeeper comes and goes", NetworkAttacks::flapping);
        process("F42", "ZooKeeper loses its data, and has it back", CoordinationAttacks::lostData);
        add("F43", "the database dies and stands still", Kind.QUIET, DatabaseAttacks::trouble);
        process("F44", "topics come and go while admins die", TopicAttacks::admins);
        add("F45", "heap dumps of leaders", Kind.QUIET, ResourceAttacks::safepoints);
        process("F46", "too small a heap, no threads", ResourceAttacks::noMemory);
        process("F47", "the kernel kills for memory", ResourceAttacks::killedByKernel);
        add("F48", "no more files for a leader", Kind.QUIET, ResourceAttacks::noFiles);
        add("F49", "a leader gets a tenth of its time", Kind.QUIET, ProcessAttacks::starve);
        add("F50", "readers of a byte a second", Kind.QUIET, ResourceAttacks::slowReaders);
        add("F52", "hundreds of connections a second", Kind.QUIET, ResourceAttacks::flood);
        process("F55", "replicas move while brokers die", MembershipAttacks::moves);
        process("F56", "a topic is made again and again", TopicAttacks::sameName);
        process("F57", "compaction and deletion while leaders die", TopicAttacks::tidied);
        add("F60", "pairs of faults by chance, at once", Kind.MIXED, Plans::pairs);
    }

    private Plans() {}

    private static void process(String name, String summary, Attack attack) {
        add(name, summary, Kind.PROCESS, attack);
    }

    private static void network(String name, String summary, Attack attack) {
        add(name, summary, Kind.NETWORK, attack);
    }

    private static void quiet(String name, String summary, Attack attack) {
        add(name, summary, Kind.QUIET_NETWORK, attack);
    }

    private static void add(String name, String summary, Kind kind, Attack attack) {
        plan(name, summary, Demands.ALL, kind, attack);
    }

    private static void plan(
            String name, String summary, Demands demands, Kind kind, Attack attack) {
        ALL.put(name, new Plan(name, summary, SECONDS, demands, kind, attack));
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
        while (field.goesOn()) {
            field.pause(1);
        }
    }

    /** F60: one fault of the network and one of processes and disks, at the same time. */
    private static void pairs(Field field) throws IOException {
        List<Plan> ofNetwork = some(plan -> plan.kind().isOfNetwork());
        List<Plan> ofProcesses = some(plan -> plan.kind() == Kind.PROCESS);
        Random random = field.random();
        while (field.goesOn()) {
            Plan one = ofNetwork.get(random.nextInt(ofNetwork.size()));
            Plan other = ofProcesses.get(random.nextInt(ofProcesses.size()));
            field.mark("a pair: " + one.name() + " and " + other.name());
            Field ofOne = field.ofPair(ONE_OF_TWO_NS);
            FutureTask<Boolean> first =
                    new FutureTask<>(
                            () -> {
                                one.attack().run(ofOne);
                                return true;
                            });
            Thread thread = Thread.ofPlatform().name("pair").start(first);
            try {
                other.attack().run(field.ofPair(ONE_OF_TWO_NS));
            } finally {
                join(thread, first);
                ofOne.healNetwork();
            }
            ProcessAttacks.startWhoIsDown(field);
            ProcessAttacks.awaitAll(field);
            field.settle();
        }
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

    private static List<Plan> some(Predicate<Plan> of) {
        return ALL.values().stream()
                .filter(plan -> plan.demands() == Demands.ALL)
                .filter(of)
                .toList();
    }
}
