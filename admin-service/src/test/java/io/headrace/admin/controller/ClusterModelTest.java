package io.headrace.admin.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.cluster.PartitionState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Random lives of a cluster; a failure names the seed, which {@code headrace.seed} repeats. */
class ClusterModelTest {

    private static final int LIFE_COUNT = 400;
    private static final int EVENT_COUNT = 120;

    private static LongStream seeds() {
        Long given = Long.getLong("headrace.seed");
        return given == null
                ? LongStream.range(0, LIFE_COUNT).map(i -> 7_919 * i)
                : LongStream.of(given);
    }

    @Test
    void noElectionAndNoMoveLosesWhatIsCommitted() {
        seeds().forEach(ClusterModelTest::live);
    }

    private static void live(long seed) {
        try {
            liveOnce(seed);
        } catch (AssertionError e) {
            throw new AssertionError("-Dheadrace.seed=" + seed + ": " + e.getMessage(), e);
        }
    }

    private static void liveOnce(long seed) {
        Random random = new Random(seed);
        ClusterModel model = new ClusterModel(random);
        for (int event = 0; event < EVENT_COUNT; event++) {
            step(model, random);
        }
        calmDown(model);
        PartitionState end = model.state();
        List<Integer> target = model.topic.target(0);
        assertThat(model.topic.moves()).as(model.picture()).isEmpty();
        assertThat(end.isr()).as(model.picture()).containsExactlyInAnyOrderElementsOf(target);
        assertThat(model.topic.assignments().getFirst()).hasSize(3);
        assertThat(end.elr()).isEmpty();
        assertThat(model.isLed()).isTrue();
    }

    private static void step(ClusterModel model, Random random) {
        int id = random.nextInt(ClusterModel.BROKER_COUNT);
        ClusterModel.Copy copy = model.copies.get(id);
        switch (random.nextInt(14)) {
            case 0 -> {
                if (copy.isLive) {
                    model.stop(copy, false);
                }
            }
            case 1 -> {
                if (copy.isLive) {
                    model.stop(copy, copy.isStopping);
                }
            }
            case 2 -> {
                if (copy.isLive) {
                    model.stop(copy, random.nextBoolean());
                    model.start(copy);
                }
            }
            case 3 -> copy.isStopping = copy.isLive;
            case 4, 5 -> {
                if (!copy.isLive) {
                    model.start(copy);
                }
            }
            case 6, 7 -> {
                model.expand(id);
                model.letGo();
            }
            case 8 -> model.shrink(id);
            case 9 -> {
                List<Integer> target = someBrokers(random);
                model.move(random.nextInt(4) == 0 ? Optional.empty() : Optional.of(target));
            }
            case 10, 11 -> model.control(true);
            default -> model.produce();
        }
    }

    private static List<Integer> someBrokers(Random random) {
        List<Integer> ids =
                new ArrayList<>(IntStream.range(0, ClusterModel.BROKER_COUNT).boxed().toList());
        Collections.shuffle(ids, random);
        return ids.subList(0, 3);
    }

    /** Everybody is back and there is time enough. */
    private static void calmDown(ClusterModel model) {
        model.control(false);
        for (ClusterModel.Copy copy : model.copies) {
            if (copy.isLive && copy.isStopping) {
                model.stop(copy, true);
                model.control(false);
            }
            if (!copy.isLive) {
                model.start(copy);
                model.control(false);
            }
        }
        for (int round = 0; round < 3; round++) {
            model.takeOffice();
            for (int id = 0; id < ClusterModel.BROKER_COUNT; id++) {
                model.expand(id);
                model.control(false);
                model.letGo();
                model.control(false);
            }
        }
    }
}
