package io.headrace.testkit.process;

import io.headrace.testkit.process.KafkaServer.Formatted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Apache Kafka servers, each broker and controller in one process, that form one cluster on
 * loopback: replication factor 3 and {@code min.insync.replicas} 2 where nothing else is said.
 */
public final class KafkaCluster implements BrokerProcesses {

    private final Map<Integer, Formatted> formatted = new TreeMap<>();
    private final Map<Integer, KafkaServer> running = new TreeMap<>();

    private KafkaCluster() {}

    /** Formats and starts them; returns when all take connections. */
    public static KafkaCluster up(Path folder, int servers) throws IOException {
        KafkaCluster cluster = new KafkaCluster();
        List<Integer> ports = FreePorts.some(2 * servers);
        String voters =
                IntStream.range(0, servers)
                        .mapToObj(i -> (i + 1) + "@127.0.0.1:" + ports.get(servers + i))
                        .collect(Collectors.joining(","));
        for (int i = 0; i < servers; i++) {
            int id = i + 1;
            cluster.formatted.put(
                    id,
                    KafkaServer.format(
                            folder.resolve(Integer.toString(id)),
                            List.of(ports.get(i), ports.get(servers + i)),
                            Map.of(
                                    "node.id",
                                    Integer.toString(id),
                                    "controller.quorum.voters",
                                    voters,
                                    "default.replication.factor",
                                    "3",
                                    "min.insync.replicas",
                                    "2",
                                    "offsets.topic.replication.factor",
                                    "3")));
        }
        boolean isReady = false;
        try {
            // None is ready before the others run.
            cluster.formatted.forEach((id, each) -> cluster.running.put(id, each.launch()));
            cluster.running.values().forEach(KafkaServer::awaitPort);
            isReady = true;
            return cluster;
        } finally {
            if (!isReady) {
                cluster.close();
            }
        }
    }

    @Override
    public void start(int id) {
        Formatted server = formatted.get(id);
        if (server == null) {
            throw new IllegalArgumentException("there is no server " + id);
        }
        running.put(id, server.start());
    }

    @Override
    public void kill9(int id) {
        server(id).kill9();
        running.remove(id);
    }

    @Override
    public int stop(int id) {
        int code = server(id).stop();
        running.remove(id);
        return code;
    }

    private KafkaServer server(int id) {
        KafkaServer server = running.get(id);
        if (server == null) {
            throw new IllegalStateException("server " + id + " does not run");
        }
        return server;
    }

    @Override
    public List<Long> pids() {
        List<Long> pids = new ArrayList<>();
        running.values().forEach(server -> pids.add(server.pid()));
        return pids;
    }

    @Override
    public String bootstrapServers() {
        return formatted.values().stream()
                .map(server -> "127.0.0.1:" + server.port())
                .collect(Collectors.joining(","));
    }

    @Override
    public void close() {
        running.values().forEach(KafkaServer::kill9);
    }
}
