package io.headrace.broker.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
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
    void the_channel_for_sendfile_reads_the_same_file() throws IOException {
        try (DiskFile file = new RealDisk().open(directory.resolve("a"))) {
            file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 0);
            FileChannel channel = file.transferChannel().orElseThrow();
            ByteBuffer back = ByteBuffer.allocate(9);
            assertThat(channel.read(back, 1)).isEqualTo(2);
        }
    }

    @Test
    void errors_name_the_path() {
        Path missing = directory.resolve("none").resolve("file");
        assertThatThrownBy(() -> new RealDisk().open(missing))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none");
    }
}
