package io.headrace.broker.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RealDiskTest {

    @TempDir Path directory;

    @Test
    void no_space_left_is_an_error_of_its_own() throws IOException {
        Path full = Path.of("/dev/full"); // every write to it fails with ENOSPC
        Assumptions.assumeTrue(Files.isWritable(full));
        try (DiskFile file = new RealDisk().open(full)) {
            assertThatThrownBy(() -> file.write(ByteBuffer.allocate(9), 0))
                    .isInstanceOf(DiskFullException.class)
                    .hasMessageContaining("/dev/full");
        }
    }

    @Test
    void no_file_left_to_open_passes_as_no_space_does() {
        Path path = directory.resolve("a");
        IOException kernel = new FileSystemException(path.toString(), null, "Too many open files");
        assertThat(RealDisk.named(kernel, path))
                .isInstanceOf(DiskFullException.class)
                .hasMessageContaining(path.toString())
                .hasMessageContaining("ulimit -n");
    }

    @Test
    void the_channel_for_sendfile_reads_the_same_file() throws IOException {
        try (DiskFile file = new RealDisk().open(directory.resolve("a"))) {
            file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 0);
            FileChannel channel = file.transferChannel().orElseThrow();
            ByteBuffer back = ByteBuffer.allocate(9);
            assertThat(channel.read(back, 1)).isEqualTo(2);
        }
    }

    @Test
    void bytes_that_left_the_page_cache_are_not_resident_until_they_are_loaded()
            throws IOException, InterruptedException {
        Path path = directory.resolve("cold");
        try (DiskFile file = new RealDisk().open(path)) {
            file.write(ByteBuffer.allocate(8 << 20), 0);
            file.force();
            Assumptions.assumeFalse(isOnTmpfs(path));
            Assumptions.assumeTrue(dropFromPageCache(path, 4, 1));
            assertThat(file.isResident(0, 8 << 20)).isFalse();
            assertThat(file.isResident(0, 4 << 20)).isTrue();
            assertThat(file.isResident(5 << 20, 3 << 20)).isTrue();
            assertThat(file.isResident((4 << 20) + 5_000, 100)).isFalse();
            file.load(4 << 20, 1 << 20);
            assertThat(file.isResident(0, 8 << 20)).isTrue();
        }
    }

    /** GNU dd asks the kernel to forget a part of a file; false where there is no such dd. */
    private static boolean dropFromPageCache(Path path, int fromMiB, int countMiB)
            throws IOException, InterruptedException {
        try {
            return new ProcessBuilder(
                                    "dd",
                                    "if=" + path,
                                    "of=/dev/null",
                                    "bs=1M",
                                    "skip=" + fromMiB,
                                    "count=" + countMiB,
                                    "iflag=nocache")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Its files have no other place than memory. */
    private static boolean isOnTmpfs(Path path) throws IOException {
        return Files.getFileStore(path).type().equals("tmpfs");
    }

    @Test
    void errors_name_the_path() {
        Path missing = directory.resolve("none").resolve("file");
        assertThatThrownBy(() -> new RealDisk().open(missing))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none");
    }
}
