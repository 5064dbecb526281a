package io.headrace.system.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.headrace.testkit.process.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineTest {

    private static final Duration MAX = Duration.ofSeconds(60);

    @TempDir private Path runs;

    @Test
    void without_root_it_says_what_it_needs() {
        assertThat(Machine.obstacle("somebody", "CapEff:\t000001ffffffffff", tool -> true))
                .hasValueSatisfying(text -> assertThat(text).contains("need root"));
    }

    @Test
    void root_without_its_capabilities_is_not_enough() {
        assertThat(Machine.obstacle("root", "CapEff:\t00000000a80425fb", tool -> true))
                .hasValueSatisfying(text -> assertThat(text).contains("CAP_NET_ADMIN"));
    }

    @Test
    void a_tool_that_is_missing_is_named() {
        assertThat(
                        Machine.obstacle(
                                "root", "CapEff:\t000001ffffffffff", tool -> !tool.equals("tc")))
                .hasValueSatisfying(text -> assertThat(text).contains("need tc"));
        assertThat(Machine.obstacle("root", "CapEff:\t000001ffffffffff", tool -> true)).isEmpty();
    }

    @Test
    void what_a_run_made_is_gone_soon_after_it_was_killed() throws Exception {
        assumeThat(Machine.obstacle()).isEmpty();
        Path run = runs.resolve("doomed");
        try (ChildJvm doomed =
                ChildJvm.of(DoomedRun.class.getName())
                        .jvmArgs("--enable-native-access=ALL-UNNAMED")
                        .args(runs.toString(), "doomed")
                        .start()) {
            doomed.awaitLine(DoomedRun.READY::equals, MAX);
            String namespace = only(run.resolve("namespaces"));
            List<String> processes = processesIn(namespace);
            assertThat(processes).hasSize(2);
            assertThat(Files.readString(Path.of("/proc/mounts"))).contains(run.toString());
            List<String> links = Files.readAllLines(run.resolve("links"));
            String image = only(run.resolve("images"));
            String group = only(run.resolve("groups"));

            doomed.kill9();

            Awaitility.await().atMost(MAX).until(() -> Files.exists(run.resolve("ended")));
            assertThat(Path.of("/run/netns", namespace)).doesNotExist();
            assertThat(Files.readString(Path.of("/proc/mounts"))).doesNotContain(run.toString());
            for (String link : links) {
                assertThat(Path.of("/sys/class/net", link)).doesNotExist();
                assertThat(Command.run("iptables", "-w", "5", "-S", "FORWARD"))
                        .doesNotContain("-i " + link + " ");
            }
            assertThat(Command.run("losetup", "-j", image)).isBlank();
            assertThat(Path.of(image)).doesNotExist();
            assertThat(Path.of(group)).doesNotExist();
            assertThat(Files.readAllLines(run.resolve("processes")))
                    .isNotEmpty()
                    .noneMatch(MachineTest::runs);
            assertThat(processes).noneMatch(MachineTest::runs);
        }
    }

    /** Of a line in the list of processes; one that nobody has buried does not run. */
    private static boolean runs(String line) {
        try {
            String stat = Files.readString(Path.of("/proc", line.split(" ", -1)[0], "stat"));
            return stat.contains("(sleep)") && !stat.contains(") Z ");
        } catch (IOException e) {
            return false;
        }
    }

    private static List<String> processesIn(String namespace) throws IOException {
        return Command.run("ip", "netns", "pids", namespace).lines().toList();
    }

    private static String only(Path list) throws IOException {
        List<String> entries = Files.readAllLines(list);
        assertThat(entries).hasSize(1);
        return entries.getFirst();
    }
}
