package io.headrace.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Probe;
import io.headrace.k8s.Manifests.Workload;
import io.headrace.model.coordination.EmbeddedZooKeeper;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.server.quorum.QuorumPeerConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a ZooKeeper pod runs, run here: the script, the file it makes, the probes. */
class ZooKeeperFilesTest {

    /** In the image's libraries, and not on this class path. */
    private static final String PROVIDER =
            "metricsProvider.className=org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider";

    private final Manifests manifests = Manifests.of("ha");

    @TempDir Path folder;

    @Test
    void the_script_makes_a_member_of_three_that_zookeeper_understands() throws Exception {
        QuorumPeerConfig config = configOf("2", "3");
        assertThat(config.getServerId()).isEqualTo(2);
        assertThat(config.getServers().keySet()).containsExactlyInAnyOrder(1L, 2L, 3L);
        assertThat(config.getServers().get(3L).hostname)
                .isEqualTo("headrace-zookeeper-3.headrace-zookeeper");
        assertThat(config.isDistributed()).isTrue();
        assertThat(config.getQuorumListenOnAllIPs()).isTrue();
        assertThat(config.getClientPortAddress().getPort()).isEqualTo(2181);
        assertThat(config.getPurgeInterval()).isPositive();
        assertThat(config.getMetricsProviderConfiguration()).containsEntry("httpPort", "7000");
    }

    @Test
    void alone_it_needs_no_quorum() throws Exception {
        assertThat(configOf("1", "1").isDistributed()).isFalse();
    }

    @Test
    void the_probes_tell_a_server_that_answers_from_none() throws Exception {
        System.setProperty("zookeeper.4lw.commands.whitelist", "srvr, ruok");
        Workload zooKeeper = manifests.workload("zookeeper");
        List<Probe> probes =
                List.of(
                        zooKeeper.container().getStartupProbe(),
                        zooKeeper.container().getReadinessProbe(),
                        zooKeeper.container().getLivenessProbe());
        try (EmbeddedZooKeeper server = EmbeddedZooKeeper.start(folder.resolve("zk"), 0)) {
            String port = server.connectString().split(":", 2)[1];
            for (Probe probe : probes) {
                assertThat(exitCode(command(probe, port))).isZero();
            }
        }
        try (ServerSocket silent = new ServerSocket(0)) {
            for (Probe probe : probes) {
                List<String> command = command(probe, String.valueOf(silent.getLocalPort()));
                command.set(1, "0.5");
                assertThat(exitCode(command)).isNotZero();
            }
        }
    }

    private static List<String> command(Probe probe, String port) {
        List<String> command = new ArrayList<>();
        probe.getExec()
                .getCommand()
                .forEach(word -> command.add(word.replace("/2181", "/" + port)));
        assertThat(command).anyMatch(word -> word.contains("/" + port));
        return command;
    }

    private static int exitCode(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    /** Runs start.sh with every absolute folder below a temporary one. */
    private QuorumPeerConfig configOf(String member, String members) throws Exception {
        Path given = Files.createDirectories(folder.resolve("etc/zookeeper"));
        Path made = Files.createDirectories(folder.resolve("conf"));
        Files.createDirectories(folder.resolve("data"));
        Path bin = Files.createDirectories(folder.resolve("bin"));
        for (Map.Entry<String, String> file :
                manifests.one(ConfigMap.class, "headrace-zookeeper").getData().entrySet()) {
            Files.writeString(
                    given.resolve(file.getKey()),
                    file.getValue()
                            .replaceAll("(?<=[ =>\"])/(?=etc/zookeeper|conf/|data)", folder + "/")
                            .replace(PROVIDER, ""));
        }
        Path zooKeeper =
                Files.writeString(
                        bin.resolve("zkServer.sh"), "#!/bin/sh\n[ \"$1\" = start-foreground ]\n");
        assertThat(zooKeeper.toFile().setExecutable(true)).isTrue();
        ProcessBuilder builder = new ProcessBuilder("bash", given.resolve("start.sh").toString());
        builder.environment().put("POD_INDEX", member);
        builder.environment().put("MEMBERS", members);
        builder.environment().merge("PATH", "", (path, empty) -> bin + ":" + path);
        Process process = builder.inheritIO().start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        QuorumPeerConfig config = new QuorumPeerConfig();
        config.parse(made.resolve("zoo.cfg").toString());
        return config;
    }
}
