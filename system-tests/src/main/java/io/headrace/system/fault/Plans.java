package io.headrace.system.fault;

import io.headrace.system.fault.Plan.Attack;
import io.headrace.system.fault.Plan.Demands;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** All plans by their names. */
public final class Plans {

    private static final int SECONDS = 40;

    private static final Map<String, Plan> ALL = new LinkedHashMap<>();

    static {
        add("baseline", "no fault", field -> field.pause(SECONDS));
        add("F1", "kill -9 of leaders", ProcessAttacks::killLeader);
        add(
                "F2",
                "kill -9 of followers, admin-services, coordinators",
                ProcessAttacks::killTheOthers);
        add("F3", "kill -9 of all brokers at once", ProcessAttacks::killAll);
        add("F4", "rolling restart", ProcessAttacks::restartInTurn);
        add("F5", "restart storm", ProcessAttacks::storm);
        add("F6", "leaders stand still for 1, 10, 25 s", ProcessAttacks::pauseLeader);
        add("F7", "admin-services stand still", ProcessAttacks::pauseController);
        add("F9", "leader isolated, its clients with it", NetworkAttacks::isolateLeader);
        add("F10", "leader without ZooKeeper", NetworkAttacks::isolateFromCoordination);
        add("F11", "leader without followers", NetworkAttacks::isolateFromFollowers);
        add("F12", "leader cut off in one direction", NetworkAttacks::oneWay);
        add("F13", "half-open connections", NetworkAttacks::halfOpen);
        add("F14", "connections reset every second", NetworkAttacks::resetStorm);
        add("F15", "two brokers without each other", NetworkAttacks::ring);
        add("F16", "5 % and 20 % of the packets lost", NetworkAttacks::loss);
        add("F17", "50 and 500 ms on the way between brokers", ProxyAttacks::slow);
        add("F20", "replies to clients lost", ProxyAttacks::loseReplies);
        add("F18", "one follower at 1 Mbit/s", NetworkAttacks::narrow);
        add("F21", "disk full", DiskAttacks::full);
        add("F28", "power loss of leaders", PowerAttacks::one);
        add(
                "F29",
                "power loss of all brokers, flush.on.ack",
                Demands.OF_FLUSHED,
                PowerAttacks::all);
        add(
                "F29-replicated",
                "power loss of all brokers, default mode: what is lost",
                Demands.NOTHING,
                PowerAttacks::all);
        add("F30", "last replica standing", PowerAttacks::lastReplicaStanding);
        add("F33", "bits flipped in the files of one broker", DiskAttacks::flipBits);
        add("F34", "files of one broker missing", DiskAttacks::loseFiles);
        add("F38", "one ZooKeeper of three", CoordinationAttacks::one);
        add("F39", "no ZooKeeper majority", CoordinationAttacks::quorum);
        add("F41", "ZooKeeper comes and goes", NetworkAttacks::flapping);
        add("F60", "pairs of faults by chance", Plans::pairs);
    }

    private Plans() {}

    private static void add(String name, String summary, Attack attack) {
        add(name, summary, Demands.ALL, attack);
    }

    private static void add(String name, String summary, Demands demands, Attack attack) {
        ALL.put(name, new Plan(name, summary, SECONDS, demands, attack));
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

    /** F60: one after the other of two plans, each begun while the traces of the other last. */
    private static void pairs(Field field) throws IOException {
        List<Plan> some =
                new ArrayList<>(
                        ALL.values().stream()
                                .filter(plan -> plan.demands() == Demands.ALL)
                                .filter(plan -> !List.of("F60", "baseline").contains(plan.name()))
                                .toList());
        Random random = field.random();
        while (field.goesOn()) {
            for (int i = 0; i < 2; i++) {
                Plan plan = some.get(random.nextInt(some.size()));
                field.mark("of a pair: " + plan.name());
                plan.attack().run(field.within(TimeUnit.SECONDS.toNanos(1)));
            }
        }
    }
}
