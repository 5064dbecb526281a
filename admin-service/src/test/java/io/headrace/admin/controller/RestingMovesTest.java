package io.headrace.admin.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.admin.balance.PlannedMove;
import io.headrace.model.cluster.BalanceRun;
import io.headrace.model.coordination.EmbeddedZooKeeper;
import io.headrace.model.coordination.Registration;
import io.headrace.model.coordination.ZkConnection;
import io.headrace.model.coordination.ZkPaths;
import io.headrace.model.coordination.ZkPayloads.BrokerNode;
import io.headrace.model.topic.TopicPartition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.curator.framework.CuratorFramework;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real ZooKeeper; brokers that are only registered, so what moves is the order of replicas. */
class RestingMovesTest {

    private static final Duration WAIT = Duration.ofSeconds(30);
    private static final int PARTITIONS = 6;

    @TempDir Path directory;

    @Test
    void aRunGoesOnAfterEachRestThoughNothingElseHappens() throws Exception {
        ControllerRules.Balance restingLong = new ControllerRules.Balance(2, 100, false);
        try (EmbeddedZooKeeper zooKeeper = EmbeddedZooKeeper.start(directory, 0);
                CuratorFramework client =
                        ZkConnection.connect(zooKeeper.connectString(), WAIT, WAIT);
                ControllerInstance admin =
                        new ControllerInstance(
                                zooKeeper.connectString(), "a", restingLong, Duration.ofHours(1));
                Registration one = broker(client, 0);
                Registration other = broker(client, 1)) {
            assertThat(other.epoch()).isNotEqualTo(one.epoch());
            admin.awaitActive();
            admin.await(image -> image.admission().epochs().size() == 2);
            submit(
                    admin,
                    new ControllerEvent.CreateTopic(
                            "t",
                            OptionalInt.of(PARTITIONS),
                            OptionalInt.of(2),
                            List.of(),
                            Map.of(),
                            false));
            List<List<Integer>> before = assignments(admin);
            List<PlannedMove> moves =
                    IntStream.range(0, PARTITIONS)
                            .mapToObj(
                                    p ->
                                            new PlannedMove(
                                                    new TopicPartition("t", p),
                                                    before.get(p),
                                                    before.get(p).reversed(),
                                                    0))
                            .toList();
            submit(admin, new ControllerEvent.StartBalance(moves, "test", false));
            admin.await(
                    image ->
                            image.balance()
                                    .filter(run -> run.state() == BalanceRun.State.DONE)
                                    .isPresent());
            assertThat(assignments(admin)).isEqualTo(before.stream().map(List::reversed).toList());
        }
    }

    private static List<List<Integer>> assignments(ControllerInstance admin) {
        return admin.watch.image().topic("t").orElseThrow().assignments();
    }

    private static void submit(ControllerInstance admin, ControllerEvent.Change change)
            throws Exception {
        Outcome outcome = admin.controller.submit(change).get(WAIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(outcome).isInstanceOf(Outcome.Done.class);
    }

    private static Registration broker(CuratorFramework client, int id) throws Exception {
        return Registration.register(
                client,
                ZkPaths.broker(id),
                new BrokerNode("http://b" + id, Map.of(), null, "test", 1, "disk-" + id, false),
                WAIT);
    }
}
