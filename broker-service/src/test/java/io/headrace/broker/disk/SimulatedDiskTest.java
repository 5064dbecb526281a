package io.headrace.broker.disk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SimulatedDiskTest {

    private static final Path HOME = Path.of("/data");
    private static final Path FILE = HOME.resolve("file");

    @Test
    void aByteThatCannotBeReadFailsUntilItIsWrittenAnew() throws IOException {
        SimulatedDisk disk = disk(1);
        Path path = HOME.resolve("sector");
        DiskFile file = disk.open(path);
        file.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), 0);
        disk.unreadable(path, 2);
        assertThat(file.read(ByteBuffer.allocate(2), 0)).isEqualTo(2);
        assertThatThrownBy(() -> file.read(ByteBuffer.allocate(4), 0))
                .isInstanceOf(UnreadableException.class)
                .hasMessageContaining("sector");
        assertThat(disk.isReadable(path)).isFalse();
        file.write(ByteBuffer.wrap(new byte[] {9}), 2);
        assertThat(file.read(ByteBuffer.allocate(4), 0)).isEqualTo(4);
        assertThat(disk.isReadable(path)).isTrue();
    }

    @Test
    void unforced_bytes_are_lost_and_forced_ones_are_not() throws IOException {
        SimulatedDisk disk = disk(1);
        DiskFile file = disk.open(FILE);
        file.write(bytes("forced"), 0);
        file.force();
        disk.forceDirectory(HOME);
        file.write(bytes("unforced"), 6);
        disk.crash(Unflushed.LOST);
        assertThatThrownBy(file::size).isInstanceOf(SimulatedCrash.class);
        disk.restart();
        assertThatThrownBy(file::size).isInstanceOf(SimulatedCrash.class);
        assertThat(disk.bytes(FILE)).isEqualTo("forced".getBytes(UTF_8));
    }

    @Test
    void a_forced_file_whose_name_was_not_forced_is_lost_with_its_name() throws IOException {
        SimulatedDisk disk = disk(1);
        DiskFile file = disk.open(FILE);
        file.write(bytes("forced"), 0);
        file.force();
        disk.crash(Unflushed.LOST);
        disk.restart();
        assertThat(disk.exists(FILE)).isFalse();
    }

    @Test
    void an_unforced_rename_survives_as_a_whole_or_not_at_all() throws IOException {
        Path target = HOME.resolve("target");
        Set<List<String>> seen = new HashSet<>();
        for (int seed = 0; seed < 50; seed++) {
            SimulatedDisk disk = disk(seed);
            disk.open(FILE);
            disk.settle();
            disk.rename(FILE, target);
            disk.crash(Unflushed.TORN);
            disk.restart();
            seen.add(disk.list(HOME));
        }
        assertThat(seen).containsExactlyInAnyOrder(List.of("file"), List.of("target"));
    }

    @Test
    void unforced_writes_are_lost_kept_or_torn_at_sectors_each_for_itself() throws IOException {
        Set<String> seen = new HashSet<>();
        for (int seed = 0; seed < 300; seed++) {
            SimulatedDisk disk = disk(seed);
            DiskFile file = disk.open(FILE);
            file.write(ByteBuffer.allocate(1536), 0);
            disk.settle();
            file.write(bytes("a".repeat(1024)), 0);
            file.write(bytes("b".repeat(512)), 1024);
            disk.crash(Unflushed.TORN);
            disk.restart();
            byte[] content = disk.bytes(FILE);
            StringBuilder sectors = new StringBuilder();
            for (int at = 0; at < content.length; at++) {
                if (at % 512 == 0) {
                    sectors.append((char) Math.max('0', content[at]));
                }
                assertThat(content[at]).isEqualTo(content[at / 512 * 512]);
            }
            seen.add(sectors.toString());
        }
        assertThat(seen).contains("000", "aab", "00b", "aa0", "a00", "a0b", "0a0", "0ab");
    }

    @Test
    void bytes_under_a_failed_force_never_become_durable() throws IOException {
        SimulatedDisk disk = disk(1);
        DiskFile file = disk.open(FILE);
        disk.settle();
        file.write(bytes("xx"), 0);
        disk.failForces(FILE::equals, 1);
        assertThatThrownBy(file::force).isInstanceOf(IOException.class);
        file.write(bytes("y"), 2);
        file.force();
        disk.crash(Unflushed.KEPT);
        disk.restart();
        assertThat(disk.bytes(FILE)).isEqualTo("\0\0y".getBytes(UTF_8));
    }

    @Test
    void a_failing_write_fails_as_often_as_told_and_heals() throws IOException {
        SimulatedDisk disk = disk(1);
        DiskFile file = disk.open(FILE);
        disk.failWrites(FILE::equals, 2);
        assertThatThrownBy(() -> file.write(bytes("x"), 0)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> file.write(bytes("x"), 0)).isInstanceOf(IOException.class);
        file.write(bytes("x"), 0);
        assertThat(disk.bytes(FILE)).isEqualTo("x".getBytes(UTF_8));
    }

    @Test
    void a_full_disk_says_so_and_takes_writes_again_when_space_returns() throws IOException {
        SimulatedDisk disk = disk(1);
        DiskFile file = disk.open(FILE);
        disk.capacity(10);
        assertThat(disk.usableBytes(HOME)).isEqualTo(10);
        file.write(bytes("12345678"), 0);
        assertThatThrownBy(() -> file.write(bytes("9012"), 8))
                .isInstanceOf(DiskFullException.class);
        file.write(bytes("overlay"), 0);
        disk.capacity(100);
        file.write(bytes("9012"), 8);
        assertThat(file.size()).isEqualTo(12);
    }

    @Test
    void a_flipped_bit_stays_flipped() throws IOException {
        SimulatedDisk disk = disk(1);
        DiskFile file = disk.open(FILE);
        file.write(bytes("aaa"), 0);
        disk.settle();
        disk.flipBit(FILE, 1, 1);
        assertThat(disk.bytes(FILE)).isEqualTo("aca".getBytes(UTF_8));
        disk.crash(Unflushed.LOST);
        disk.restart();
        assertThat(disk.bytes(FILE)).isEqualTo("aca".getBytes(UTF_8));
    }

    @Test
    void the_enumeration_crashes_in_every_call_and_finds_a_missing_force() throws Exception {
        CrashAfterEveryCall.Scenario replace =
                disk -> {
                    Path next = HOME.resolve("next");
                    try (DiskFile file = disk.open(next)) {
                        file.truncate(0);
                        file.write(bytes("new"), 0);
                        file.force();
                    }
                    disk.rename(next, FILE);
                    disk.forceDirectory(HOME);
                };
        CrashAfterEveryCall.Check oldOrNew =
                (disk, call) -> assertThat(new String(disk.bytes(FILE), UTF_8)).isIn("old", "new");
        long crashes =
                CrashAfterEveryCall.run(1, SimulatedDiskTest::withOldFile, replace, oldOrNew);
        assertThat(crashes).isEqualTo(6 * 3);

        CrashAfterEveryCall.Scenario careless =
                disk -> {
                    Path next = HOME.resolve("next");
                    try (DiskFile file = disk.open(next)) {
                        file.write(bytes("new"), 0);
                    }
                    disk.rename(next, FILE);
                    disk.forceDirectory(HOME);
                };
        assertThatThrownBy(
                        () ->
                                CrashAfterEveryCall.run(
                                        1, SimulatedDiskTest::withOldFile, careless, oldOrNew))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("seed 1, crash in call");
    }

    private static SimulatedDisk withOldFile(long seed) {
        try {
            SimulatedDisk disk = disk(seed);
            disk.open(FILE).write(bytes("old"), 0);
            disk.settle();
            return disk;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static SimulatedDisk disk(long seed) throws IOException {
        SimulatedDisk disk = new SimulatedDisk(seed);
        disk.createDirectories(HOME);
        disk.settle();
        return disk;
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }
}
