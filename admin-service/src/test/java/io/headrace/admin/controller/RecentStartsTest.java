package io.headrace.admin.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.admin.controller.ControllerEvent.ClusterChanged;
import io.headrace.admin.controller.ControllerEvent.Tick;
import io.headrace.admin.controller.Decision.Plan;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who gets leaderships while brokers restart one after the other; time is a number. */
class RecentStartsTest {

    private static final int PARTITIONS = 12;

    private long nowMs = 1_000_000;
    private final ControllerCore core =
            new ControllerCore(
                    Images.rules(
                            new TopicRules(1, 3, 100, Duration.ofHours(1), Duration.ofDays(1))),
                    time(),
                    new Random(1));
    private final Map<Integer, BrokerRegistration> brokers =
            new TreeMap<>(
                    Map.of(
                            0, Images.broker(0, 10),
                            1, Images.broker(1, 11),
                            2, Images.broker(2, 12)));
    private TopicImage topic = topic();

    private static TopicImage topic() {
        List<List<Integer>> assignments = new ArrayList<>();
        for (int p = 0; p < PARTITIONS; p++) {
            assignments.add(List.of(p % 3, (p + 1) % 3, (p + 2) % 3));
        }
        return Images.topic("t", assignments);
    }

    private Clock time() {
        InstantSource source = () -> Instant.ofEpochMilli(nowMs);
        return source.withZone(ZoneOffset.UTC);
    }

    @BeforeEach
    void takeOffice() {
        core.settled(Images.settled(List.copyOf(brokers.values())));
        run(new ClusterChanged());
    }

    private ClusterImage image() {
        return Images.image(List.copyOf(brokers.values()), topic);
    }

    /** Decides until there is nothing left to do at this time; returns how many were elected. */
    private int run(ControllerEvent event) {
        int elected = 0;
        for (int i = 0; i < 10; i++) {
            Plan plan = (Plan) core.decide(image(), event);
            if (plan.steps().isEmpty()) {
                return elected;
            }
            for (List<ClusterWrite> step : plan.steps()) {
                for (ClusterWrite write : step) {
                    elected += apply(write);
                }
            }
            if (event instanceof Tick) {
                return elected;
            }
        }
        throw new AssertionError("no end");
    }

    private int apply(ClusterWrite write) {
        switch (write) {
            case ClusterWrite.Elect elect -> {
                List<PartitionState> states = new ArrayList<>(topic.states());
                elect.changes().forEach((p, change) -> states.set(p, change.after()));
                topic =
                        new TopicImage(
                                topic.name(),
                                topic.id(),
                                topic.config(),
                                topic.assignments(),
                                states);
                return elect.changes().size();
            }
            case ClusterWrite.RememberBrokers remember -> core.settled(remember.brokers());
            default -> throw new AssertionError(write.toString());
        }
        return 0;
    }

    private int led(int broker) {
        return Collections.frequency(
                topic.states().stream().map(PartitionState::leader).toList(), broker);
    }

    private void restart(int broker) {
        brokers.put(broker, Images.stopping(brokers.get(broker)));
        run(new ClusterChanged());
        brokers.remove(broker);
        run(new ClusterChanged());
        nowMs += 3_000;
        long epoch = 100 + nowMs;
        brokers.put(broker, Images.broker(broker, epoch));
        run(new ClusterChanged());
        nowMs += 3_000;
    }

    @Test
    void aStopHandsOverToWhoHasBeenThereForLongest() {
        restart(0);
        assertThat(led(1)).as("the first of the assignment, as always").isEqualTo(8);
        assertThat(led(2)).isEqualTo(4);
        restart(1);
        assertThat(led(2)).as("broker 0 is new").isEqualTo(PARTITIONS);
        restart(2);
        assertThat(led(0)).as("both are new, broker 0 is the older one").isEqualTo(PARTITIONS);
    }

    @Test
    void whoIsWarmGetsItsPartitionsBackALittleAtATime() {
        restart(0);
        for (int i = 0; i < 8; i++) {
            assertThat(run(new Tick())).as("it warms up").isZero();
            nowMs += 3_000;
        }
        nowMs += 3_000;
        List<Integer> given = new ArrayList<>();
        for (int more = run(new Tick()); more > 0; more = run(new Tick())) {
            given.add(more);
            nowMs += 3_000;
        }
        assertThat(given).containsExactly(1, 1, 2);
        assertThat(List.of(led(0), led(1), led(2))).containsOnly(4);
    }

    @Test
    void aControllerThatTakesOfficeTakesAllForWarm() {
        brokers.put(0, Images.stopping(brokers.get(0)));
        run(new ClusterChanged());
        assertThat(led(1)).isEqualTo(8);
        assertThat(led(2)).isEqualTo(4);
    }
}
