package io.headrace.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/**
 * Clusters in one thread. Seeds are fixed; {@code -Dheadrace.sim.seeds=N} runs so many, {@code
 * -Dheadrace.sim.from=SEED} begins elsewhere, with one seed it tells the story of that one.
 */
@Timeout(value = 12, unit = TimeUnit.HOURS)
class SimulationTest {

    private static final long SEEDS = Long.getLong("headrace.sim.seeds", 200);
    private static final long FROM = Long.getLong("headrace.sim.from", 1);
    private static final Logger ROOT = (Logger) LoggerFactory.getLogger("io.headrace");
    private static final int BUG_SEEDS_MAX = 60;

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

    @Test
    void everythingAcknowledgedIsKeptUnderEverySeed() {
        long started = System.nanoTime();
        long events = 0;
        long acknowledged = 0;
        for (long seed = FROM; seed < FROM + SEEDS; seed++) {
            Simulation.Result result = Simulation.run(Plan.of(seed), Bug.NONE);
            events += result.events();
            acknowledged += result.acknowledged();
            if (result.failure().isPresent()) {
                throw new AssertionError(report(seed), result.failure().get());
            }
        }
        System.out.printf(
                "%d simulations from seed %d: %d events, %d records acknowledged, in %d ms%n",
                SEEDS, FROM, events, acknowledged, (System.nanoTime() - started) / 1_000_000);
        assertThat(acknowledged).isGreaterThan(SEEDS * 20);
    }

    private static String report(long seed) {
        Plan plan = Plan.of(seed);
        List<Integer> kept = Simulation.shrink(plan, Bug.NONE);
        Plan shorter = plan.only(kept);
        Simulation.Result again = Simulation.run(shorter, Bug.NONE);
        return "run it again with -Dheadrace.sim.seeds=1 -Dheadrace.sim.from="
                + seed
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
    void theSameSeedIsTheSameRun() {
        for (long seed = 1; seed <= 3; seed++) {
            Simulation.Result first = Simulation.run(Plan.of(seed), Bug.NONE);
            Simulation.Result second = Simulation.run(Plan.of(seed), Bug.NONE);
            assertThat(second.trace()).isEqualTo(first.trace());
            assertThat(second.acknowledged()).isEqualTo(first.acknowledged());
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aMistakeIsNoticed(Bug bug) {
        for (long seed = 1; seed <= BUG_SEEDS_MAX; seed++) {
            Simulation.Result result = Simulation.run(Plan.of(seed), bug);
            if (result.failure().isPresent()) {
                System.out.printf("%s: seed %d, %s%n", bug, seed, result.failure().get());
                return;
            }
        }
        throw new AssertionError(bug + " goes unnoticed by " + BUG_SEEDS_MAX + " seeds");
    }
}
