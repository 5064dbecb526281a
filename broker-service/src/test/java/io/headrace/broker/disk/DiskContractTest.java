package io.headrace.broker.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What storage relies on, on the real and on the simulated disk. */
class DiskContractTest {

    @TempDir static Path temp;

    static Stream<Arguments> disks() throws IOException {
        Path directory = Files.createTempDirectory(temp, "contract");
        Disk simulated = new SimulatedDisk(1);
        simulated.createDirectories(directory);
        return Stream.of(
                Arguments.of(Named.of("real", new RealDisk()), directory),
                Arguments.of(Named.of("simulated", simulated), directory));
    }

    @ParameterizedTest
    @MethodSource("disks")
    void a_file_reads_what_was_written_at_each_position(Disk disk, Path directory)
            throws IOException {
        try (DiskFile file = disk.open(directory.resolve("a"))) {
            assertThat(file.size()).isZero();
            file.write(bytes("hello"), 0);
            file.write(bytes("J"), 0);
            file.write(bytes("!"), 7);
            assertThat(file.size()).isEqualTo(8);
            assertThat(read(file, 0, 100)).isEqualTo("Jello\0\0!");
            assertThat(read(file, 2, 3)).isEqualTo("llo");
            assertThat(read(file, 8, 10)).isEmpty();
            assertThat(read(file, 900, 10)).isEmpty();
            file.force();
        }
        assertThat(disk.exists(directory.resolve("a"))).isTrue();
    }

    @ParameterizedTest
    @MethodSource("disks")
    void several_buffers_are_written_completely_one_after_the_other(Disk disk, Path directory)
            throws IOException {
        ByteBuffer[] sources = new ByteBuffer[3000];
        StringBuilder expected = new StringBuilder("..");
        for (int index = 0; index < sources.length; index++) {
            String text = "-".repeat(index % 3) + index;
            expected.append(text);
            sources[index] = index % 2 == 0 ? bytes(text) : direct(text);
        }
        try (DiskFile file = disk.open(directory.resolve("gather"))) {
            file.write(bytes(".."), 0);
            file.write(sources, 2);
            assertThat(read(file, 0, 100_000)).isEqualTo(expected.toString());
        }
        assertThat(sources).noneMatch(ByteBuffer::hasRemaining);
    }

    @ParameterizedTest
    @MethodSource("disks")
    void buffers_of_several_megabytes_pass_whole(Disk disk, Path directory) throws IOException {
        byte[] large = new byte[3 << 20];
        new java.util.Random(5).nextBytes(large);
        try (DiskFile file = disk.open(directory.resolve("large"))) {
            file.write(ByteBuffer.wrap(large), 11);
            ByteBuffer back = ByteBuffer.allocate(large.length);
            assertThat(file.read(back, 11)).isEqualTo(large.length);
            assertThat(back.array()).isEqualTo(large);
        }
    }

    @ParameterizedTest
    @MethodSource("disks")
    void truncation_shortens_and_later_writes_leave_zeros_between(Disk disk, Path directory)
            throws IOException {
        try (DiskFile file = disk.open(directory.resolve("cut"))) {
            file.write(bytes("0123456789"), 0);
            file.truncate(4);
            assertThat(file.size()).isEqualTo(4);
            file.truncate(9);
            assertThat(file.size()).isEqualTo(4);
            file.write(bytes("x"), 6);
            assertThat(read(file, 0, 10)).isEqualTo("0123\0\0x");
        }
    }

    @ParameterizedTest
    @MethodSource("disks")
    void asking_for_residence_and_loading_never_changes_the_file(Disk disk, Path directory)
            throws IOException {
        try (DiskFile file = disk.open(directory.resolve("resident"))) {
            file.write(ByteBuffer.allocate(10_000), 0);
            file.load(100, 500_000);
            assertThat(file.isResident(4097, 3000)).isTrue();
            assertThat(file.isResident(9_000, 500_000)).isTrue();
            assertThat(file.isResident(50_000, 10)).isTrue();
            assertThat(file.size()).isEqualTo(10_000);
        }
    }

    @ParameterizedTest
    @MethodSource("disks")
    void a_rename_replaces_its_target_and_open_files_survive_it(Disk disk, Path directory)
            throws IOException {
        Path from = directory.resolve("from");
        Path to = directory.resolve("to");
        try (DiskFile old = disk.open(to);
                DiskFile file = disk.open(from)) {
            old.write(bytes("old"), 0);
            file.write(bytes("new"), 0);
            disk.rename(from, to);
            assertThat(disk.exists(from)).isFalse();
            assertThat(read(old, 0, 9)).isEqualTo("old");
            file.write(bytes("er"), 3);
            try (DiskFile again = disk.open(to)) {
                assertThat(read(again, 0, 9)).isEqualTo("newer");
            }
        }
        disk.forceDirectory(directory);
        assertThatThrownBy(() -> disk.rename(from, to)).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @MethodSource("disks")
    void directories_are_created_listed_renamed_and_deleted(Disk disk, Path directory)
            throws IOException {
        Path nested = directory.resolve("one").resolve("two");
        disk.createDirectories(nested);
        disk.createDirectories(nested);
        disk.open(nested.resolve("file")).close();
        assertThat(disk.isDirectory(nested)).isTrue();
        assertThat(disk.isDirectory(nested.resolve("file"))).isFalse();
        assertThat(disk.list(nested)).containsExactly("file");
        assertThatThrownBy(() -> disk.delete(nested)).isInstanceOf(IOException.class);
        Path renamed = directory.resolve("one").resolve("three");
        disk.rename(nested, renamed);
        assertThat(disk.list(renamed)).containsExactly("file");
        assertThat(disk.delete(renamed.resolve("file"))).isTrue();
        assertThat(disk.delete(renamed.resolve("file"))).isFalse();
        assertThat(disk.delete(renamed)).isTrue();
        assertThat(disk.exists(renamed)).isFalse();
        assertThatThrownBy(() -> disk.list(renamed)).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @MethodSource("disks")
    void a_deleted_file_can_still_be_read_where_it_is_open(Disk disk, Path directory)
            throws IOException {
        Path path = directory.resolve("gone");
        try (DiskFile file = disk.open(path)) {
            file.write(bytes("still"), 0);
            disk.delete(path);
            assertThat(read(file, 0, 9)).isEqualTo("still");
        }
    }

    @ParameterizedTest
    @MethodSource("disks")
    void a_file_in_no_directory_cannot_be_opened(Disk disk, Path directory) {
        assertThatThrownBy(() -> disk.open(directory.resolve("none").resolve("file")))
                .isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @MethodSource("disks")
    void a_closed_file_refuses_calls(Disk disk, Path directory) throws IOException {
        DiskFile file = disk.open(directory.resolve("closed"));
        file.close();
        file.close();
        assertThatThrownBy(() -> file.write(bytes("x"), 0)).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @MethodSource("disks")
    void a_lock_is_held_by_one(Disk disk, Path directory) throws Exception {
        Path lock = directory.resolve(".lock");
        try (AutoCloseable held = disk.lock(lock)) {
            assertThat(held).isNotNull();
            assertThatThrownBy(() -> disk.lock(lock))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("in use by another process");
        }
        disk.lock(lock).close();
    }

    @ParameterizedTest
    @MethodSource("disks")
    void free_space_is_known_for_paths_that_do_not_exist_yet(Disk disk, Path directory)
            throws IOException {
        Path path = directory.resolve("not").resolve("yet");
        assertThat(disk.usableBytes(path)).isPositive();
        assertThat(disk.totalBytes(path)).isGreaterThanOrEqualTo(disk.usableBytes(path));
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    private static ByteBuffer direct(String text) {
        return ByteBuffer.allocateDirect(text.length()).put(text.getBytes(UTF_8)).flip();
    }

    private static String read(DiskFile file, long position, int length) throws IOException {
        ByteBuffer target = ByteBuffer.allocate(length);
        int count = file.read(target, position);
        assertThat(target.position()).isEqualTo(count);
        return new String(target.array(), 0, count, UTF_8);
    }
}
