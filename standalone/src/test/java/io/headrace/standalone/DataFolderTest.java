package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {

    @TempDir Path temp;

    @Test
    void a_folder_is_locked_until_it_is_closed() throws Exception {
        Path root = temp.resolve("a/b");
        try (DataFolder held = DataFolder.open(root)) {
            assertThatThrownBy(() -> DataFolder.open(root))
                    .isInstanceOfSatisfying(
                            StartFailure.class,
                            e -> assertThat(e.exitCode()).isEqualTo(StartFailure.IN_USE))
                    .hasMessageContaining(root.toString())
                    .hasMessageContaining("process " + ProcessHandle.current().pid())
                    .hasMessageContaining("--data DIR");
            assertThat(held.root()).isEqualTo(root);
        }
        DataFolder.open(root).close();
    }

    @Test
    void a_file_in_place_of_the_folder_is_named() throws Exception {
        Path file = Files.createFile(temp.resolve("file"));
        assertThatThrownBy(() -> DataFolder.open(file))
                .isInstanceOfSatisfying(
                        StartFailure.class,
                        e -> assertThat(e.exitCode()).isEqualTo(StartFailure.NOT_WRITABLE))
                .hasMessageContaining(file + " cannot be written (it is not a folder)");
    }

    @Test
    void the_port_of_zookeeper_is_remembered() throws Exception {
        try (DataFolder data = DataFolder.open(temp)) {
            assertThat(data.lastZooKeeperPort()).isZero();
            data.rememberZooKeeperPort(2345);
            assertThat(data.lastZooKeeperPort()).isEqualTo(2345);
            Files.writeString(data.zooKeeper().resolve("port"), "gibberish");
            assertThat(data.lastZooKeeperPort()).isZero();
        }
    }

    @Test
    void the_run_file_goes_with_the_platform() throws Exception {
        DataFolder data = DataFolder.open(temp);
        data.writeRunFile("pid=1\n");
        assertThat(data.runFile()).hasContent("pid=1");
        data.close();
        assertThat(data.runFile()).doesNotExist();
    }

    @Test
    void a_disk_that_is_nearly_full_is_named_with_both_figures() {
        assertThatThrownBy(() -> DataFolder.open(temp, Long.MAX_VALUE))
                .isInstanceOfSatisfying(
                        StartFailure.class,
                        e -> assertThat(e.exitCode()).isEqualTo(StartFailure.DISK_FULL))
                .hasMessageMatching(
                        "only \\d+ MiB are free on the disk of .* and \\d+ MiB are needed to start; free"
                                + " some space or choose another folder with --data DIR");
    }
}
