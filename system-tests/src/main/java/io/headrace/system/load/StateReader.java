package io.headrace.system.load;

import io.headrace.model.coordination.ZkPaths;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.Stat;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Watches the states of the run's partitions and the controller epoch in ZooKeeper, as they change.
 *
 * <p>Bounds: one path is waiting per change; every {@value #LOOK_MS} ms all are looked at, whatever
 * was missed.
 */
final class StateReader extends Worker {

    private static final int SESSION_MS = 10_000;
    private static final long LOOK_MS = 1000;
    private static final int PATHS_MAX = 1000;

    private final String connect;
    private final Journal journal;
    private final List<String> paths = new ArrayList<>();
    private final Map<String, Long> seen = new HashMap<>();
    private final BlockingQueue<String> changed = new LinkedBlockingQueue<>(PATHS_MAX);

    StateReader(String name, String connect, List<TestTopic> topics, Journal journal) {
        super(name, journal);
        this.connect = connect;
        this.journal = journal;
        topics.forEach(topic -> paths.add(ZkPaths.states(topic.name())));
        paths.add(ZkPaths.CONTROLLER_EPOCH);
    }

    @Override
    void work() {
        while (!isStopping()) {
            try {
                session();
            } catch (IOException e) {
                journal.mark(name() + ": " + e);
                pause(LOOK_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                stop();
            }
        }
    }

    /** Until ZooKeeper has ended it. */
    private void session() throws IOException, InterruptedException {
        Watcher watcher =
                event -> {
                    String path = event.getPath();
                    if (path != null && !changed.offer(path)) {
                        journal.mark(name() + " has too much to look at");
                    }
                };
        ZooKeeper zooKeeper = new ZooKeeper(connect, SESSION_MS, watcher);
        try {
            while (!isStopping() && zooKeeper.getState().isAlive()) {
                String path = changed.poll(LOOK_MS, TimeUnit.MILLISECONDS);
                for (String each : path == null ? paths : List.of(path)) {
                    look(zooKeeper, each);
                }
            }
        } finally {
            zooKeeper.close((int) LOOK_MS);
        }
    }

    private void look(ZooKeeper zooKeeper, String path) throws InterruptedException {
        try {
            Stat stat = new Stat();
            byte[] bytes = zooKeeper.getData(path, true, stat);
            if (Long.valueOf(stat.getMzxid()).equals(seen.put(path, stat.getMzxid()))) {
                return;
            }
            JsonNode node = JsonMapper.shared().readTree(bytes);
            if (path.equals(ZkPaths.CONTROLLER_EPOCH)) {
                journal.file().controller(node.path("epoch").asInt(), stat.getMzxid());
            } else {
                note(path.substring(path.lastIndexOf('/') + 1), node, stat.getMzxid());
            }
        } catch (KeeperException e) {
            // ZooKeeper is away, or the node is; it is looked at again.
            pause(LOOK_MS / 10);
        }
    }

    private void note(String topic, JsonNode states, long change) {
        int number = 0;
        for (JsonNode each : states.path("partitions")) {
            TopicPartition partition = new TopicPartition(topic, number++);
            int leader = each.path("leader").asInt();
            boolean isInSync = false;
            for (JsonNode id : each.path("isr")) {
                isInSync |= id.asInt() == leader;
            }
            journal.file()
                    .state(
                            journal.number(partition),
                            leader,
                            each.path("leaderEpoch").asInt(),
                            each.path("partitionEpoch").asInt(),
                            isInSync,
                            change);
        }
    }
}
