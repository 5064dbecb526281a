package io.headrace.system.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.headrace.system.machine.Machine;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeTest {

    private static final int PORT = 9;

    @TempDir private Path runs;

    @Test
    void only_an_end_that_nobody_meant_is_one_of_its_own() throws Exception {
        assumeThat(Machine.obstacle()).isEmpty();
        try (Machine machine = Machine.create(runs, "one")) {
            Node ends = node(machine, "ends", "exit 3");
            ends.start();
            Awaitility.await().until(() -> !ends.runs());
            ends.start(); // again, as after any fault
            Awaitility.await().until(() -> !ends.runs());
            assertThat(ends.takeOwnEnds()).containsExactly(3, 3);
            assertThat(ends.takeOwnEnds()).isEmpty();

            ends.start();
            ends.mayEnd();
            Awaitility.await().until(() -> !ends.runs());
            assertThat(ends.takeOwnEnds()).isEmpty();

            Node killed = node(machine, "killed", "sleep 600");
            killed.start();
            killed.kill9();
            killed.start();
            assertThat(killed.takeOwnEnds()).isEmpty();
        }
    }

    private static Node node(Machine machine, String name, String script) throws Exception {
        return new Node(
                machine,
                machine.host(name),
                List.of("sh", "-c", script),
                PORT,
                false,
                Optional.empty());
    }
}
