package io.headrace.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/**
 * Clusters in one thread. Seeds are fixed; {@code -Dheadrace.sim.seeds=N} runs so many, {@code
 * -Dheadrace.sim.from=SEED} begins elsewhere, {@code -Dheadrace.sim.threads=N} runs some at once,
 * {@code -Dheadrace.sim.storm=true} lets brokers die all the time, {@code -Dheadrace.sim.rot=true}
 * lets disks rot under every seed. Of the first seed that fails it tells the story, made shorter.
 */
@Timeout(value = 12, unit = TimeUnit.HOURS)
class SimulationTest {

    private static final long SEEDS = Long.getLong("headrace.sim.seeds", 300);
    private static final long FROM = Long.getLong("headrace.sim.from", 1);
    private static final boolean STORM = Boolean.getBoolean("headrace.sim.storm");
    private static final boolean ROT = Boolean.getBoolean("headrace.sim.rot");
    private static final int THREADS = Integer.getInteger("headrace.sim.threads", 1);

    private static final Logger ROOT = (Logger) LoggerFactory.getLogger("io.headrace");
    private static final int BUG_SEEDS_MAX = 300;

    private static Level levelBefore;

    @BeforeAll
    static void beQuiet() {
        levelBefore = ROOT.getLevel();
        ROOT.setLevel(Level.OFF);
    }

    @AfterAll
    static void beAsBefore() {
        ROOT.setLevel(levelBefore);
    }

    /** What seeds showed first, so that it does not come back. */
    enum Finding {
        LEADS_WHAT_IT_LED_BEFORE_ITS_START,
        THE_LAST_COPY_IS_DROPPED_FOR_AN_ABSENT_ONE_THAT_COMES_BACK_EMPTY,
        A_CLEAN_STOP_HANDS_OVER_TO_BROKERS_THAT_ARE_DEAD,
        A_LIVE_FOLLOWER_IS_DROPPED_FOR_A_LEADER_WITHOUT_POWER,
        A_LIVE_LEADER_IS_DROPPED_FOR_A_FOLLOWER_WITHOUT_POWER,
        AN_ELIGIBLE_ONE_IS_TAKEN_FOR_ALIVE,
        THE_LAST_OF_THE_ISR_IS_FORGOTTEN_FOR_AN_ELIGIBLE_ONE_THAT_DIES,
        TWO_CLEAN_STOPS_WITHOUT_A_CONTROLLER_ARE_NO_PROOF,
        A_FOLLOWER_THAT_IS_CUT_OFF_COMES_BACK_BY_WHAT_IT_HAD,
        A_MOVE_THAT_IS_GIVEN_UP_DROPS_A_LIVE_LEADER_FOR_ONE_WITHOUT_POWER,
        WHAT_CANNOT_BE_READ_IN_THE_ACTIVE_SEGMENT_STAYS_SO,
        A_BYTE_THAT_CANNOT_BE_READ_TAKES_ITS_BROKER_AWAY,
        WHAT_LIES_BEHIND_A_DAMAGED_HEADER_IS_TAKEN_FOR_WHAT_COMES_NEXT,
        A_LEADER_CANNOT_READ_WHAT_IT_LEADS,
        AN_ELIGIBLE_ONE_CANNOT_READ_WHAT_IT_HAS,
        A_LEADER_CANNOT_READ_WHAT_ITS_FOLLOWERS_WANT_NEXT,
        FOLLOWERS_DO_NOT_KNOW_THAT_WHAT_THEY_HAVE_IS_COMMITTED,
        A_CLEAN_STOP_LEAVES_WHAT_CANNOT_BE_OPENED,
        A_LOG_THAT_CANNOT_BE_CUT_TAKES_ITS_BROKER_AWAY,
        A_COORDINATOR_TAKES_DAMAGED_RECORDS_FOR_TRUE;

        /** Its plan is kept, not drawn: new kinds of faults do not change it. */
        Plan plan() throws IOException {
            try (InputStream in = SimulationTest.class.getResourceAsStream(name() + ".plan")) {
                return Plan.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void everythingAcknowledgedIsKeptUnderEverySeed() throws Exception {
        long started = System.nanoTime();
        Map<Long, Simulation.Result> failed = new ConcurrentSkipListMap<>();
        AtomicLong next = new AtomicLong(FROM);
        AtomicLong events = new AtomicLong();
        AtomicLong acknowledged = new AtomicLong();
        AtomicLong commits = new AtomicLong();
        AtomicLong damaged = new AtomicLong();
        Callable<Long> worker =
                () -> {
                    long count = 0;
                    for (long seed; (seed = next.getAndIncrement()) < FROM + SEEDS; count++) {
                        Simulation.Result result = Simulation.run(plan(seed), Bug.NONE);
                        events.addAndGet(result.events());
                        acknowledged.addAndGet(result.acknowledged());
                        commits.addAndGet(result.commits());
                        damaged.addAndGet(result.damaged());
                        if (result.failure().isPresent()) {
                            failed.put(seed, result);
                        }
                    }
                    return count;
                };
        try (ExecutorService workers = Executors.newFixedThreadPool(THREADS)) {
            for (Future<Long> done : workers.invokeAll(Collections.nCopies(THREADS, worker))) {
                assertThat(done.get()).isNotNegative();
            }
        }
        System.out.printf(
                "%d simulations from seed %d: %d events, %d records and %d commits"
                        + " acknowledged, %d replicas damaged, in %d ms;"
                        + " failed: %s%n",
                SEEDS,
                FROM,
                events.get(),
                acknowledged.get(),
                commits.get(),
                damaged.get(),
                (System.nanoTime() - started) / 1_000_000,
                failed.keySet());
        if (!failed.isEmpty()) {
            throw new AssertionError(report(failed));
        }
        assertThat(acknowledged.get()).isGreaterThan(SEEDS * 20);
    }

    private static String report(Map<Long, Simulation.Result> failed) {
        String all =
                failed.entrySet().stream()
                        .map(
                                each ->
                                        each.getKey()
                                                + ": "
                                                + each.getValue()
                                                        .failure()
                                                        .map(Throwable::toString)
                                                        .orElse(""))
                        .collect(Collectors.joining("\n"));
        return failed.size()
                + " seeds fail:\n"
                + all
                + "\n\n"
                + report(plan(failed.keySet().iterator().next()));
    }

    private static Plan plan(long seed) {
        Plan plan = STORM ? Plan.storm(seed) : Plan.of(seed);
        return ROT ? plan.withRot().withMoreRot() : plan;
    }

    @ParameterizedTest
    @EnumSource
    void whatASeedFoundStaysMended(Finding finding) throws IOException {
        Plan plan = finding.plan();
        Simulation.Result result = Simulation.run(plan, Bug.NONE);
        if (result.failure().isPresent()) {
            throw new AssertionError(report(plan), result.failure().get());
        }
    }

    private static String report(Plan plan) {
        List<Integer> kept = Simulation.shrink(plan, Bug.NONE);
        Plan shorter = plan.only(kept);
        Simulation.Result again = Simulation.run(shorter, Bug.NONE);
        return "run it again with -Dheadrace.sim.seeds=1 -Dheadrace.sim.from="
                + plan.seed()
                + "; the faults "
                + kept
                + " are enough:\n"
                + shorter.text()
                + "\n"
                + again.failure().map(Throwable::toString).orElse("")
                + "\n"
                + again.story();
    }

    @Test
    void aPlanIsReadAsItWasWritten() {
        Plan plan = Plan.of(3).withGroups();
        assertThat(Plan.parse(plan.text())).isEqualTo(plan);
        Plan more = plan.withRot().withMoreRot().withStaticMembers();
        assertThat(Plan.parse(more.text())).isEqualTo(more);
    }

    /** No other fault; the plan of a seed with a group whose members have instance ids. */
    private static Plan withStaticMembers(Plan.Fault... faults) {
        Plan any = Plan.of(1).withStaticMembers();
        return new Plan(1, any.options(), List.of(faults), 10_000);
    }

    @Test
    void aStaticMemberThatComesBackInTimeCausesNoRebalance() {
        Simulation.Result calm = Simulation.run(withStaticMembers(), Bug.NONE);
        for (int member = 0; member < 3; member++) {
            Plan.Fault death = new Plan.Fault(Plan.Kind.MEMBER_KILL, 5_000, 300, member, 1);
            Simulation.Result result = Simulation.run(withStaticMembers(death), Bug.NONE);
            assertThat(result.failure()).isEmpty();
            assertThat(result.generation()).isEqualTo(calm.generation());
        }
    }

    @Test
    void theOlderOfTwoProcessesWithOneInstanceIdIsFenced() {
        Plan.Fault twin = new Plan.Fault(Plan.Kind.MEMBER_TWIN, 5_000, 300, 1, 0);
        Simulation.Result result = Simulation.run(withStaticMembers(twin), Bug.NONE);
        assertThat(result.failure()).isEmpty();
        assertThat(result.fenced()).isOne();
    }

    @Test
    void theSameSeedIsTheSameRun() {
        for (long seed = 1; seed <= 3; seed++) {
            Plan plan = Plan.of(seed).withRot().withStaticMembers();
            Simulation.Result first = Simulation.run(plan, Bug.NONE);
            Simulation.Result second = Simulation.run(plan, Bug.NONE);
            assertThat(second.trace()).isEqualTo(first.trace());
            assertThat(second.acknowledged()).isEqualTo(first.acknowledged());
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aMistakeIsNoticed(Bug bug) {
        for (long seed = bug.firstSeed; seed < bug.firstSeed + BUG_SEEDS_MAX; seed++) {
            Simulation.Result result = Simulation.run(bug.plan(seed), bug);
            if (result.failure().isPresent()) {
                System.out.printf("%s: seed %d, %s%n", bug, seed, result.failure().get());
                return;
            }
        }
        throw new AssertionError(bug + " goes unnoticed by " + BUG_SEEDS_MAX + " seeds");
    }
}
