package io.headrace.broker.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Small files that are read and replaced as a whole: checkpoints and markers.
 *
 * <p>{@link #replace} writes a temporary file beside the target, forces it, renames it over the
 * target and forces the directory: after a crash the target holds the old or the new content,
 * complete.
 */
public final class WholeFile {

    /** Suffix of the temporary file; a leftover is overwritten by the next replace. */
    public static final String TEMPORARY = ".tmp";

    private WholeFile() {}

    /** The file's text; empty when there is no such file. */
    public static Optional<String> read(Disk disk, Path path) throws IOException {
        if (!disk.exists(path)) {
            return Optional.empty();
        }
        try (DiskFile file = disk.open(path)) {
            ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(file.size()));
            file.read(buffer, 0);
            return Optional.of(
                    new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8));
        }
    }

    /** Durable when it returns. */
    public static void replace(Disk disk, Path path, String text) throws IOException {
        write(disk, path, text, true);
        disk.forceDirectory(directoryOf(path));
    }

    /**
     * As {@link #replace}, but durable only when the file and its directory are forced; after a
     * crash before that it may be absent, or torn.
     */
    public static void write(Disk disk, Path path, String text) throws IOException {
        write(disk, path, text, false);
    }

    private static void write(Disk disk, Path path, String text, boolean forces)
            throws IOException {
        Path temporary = path.resolveSibling(path.getFileName() + TEMPORARY);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        try (DiskFile file = disk.open(temporary)) {
            file.truncate(0);
            file.write(ByteBuffer.wrap(bytes), 0);
            if (forces) {
                file.force();
            }
        }
        disk.rename(temporary, path);
    }

    private static Path directoryOf(Path path) {
        Path parent = path.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException(path + " has no directory");
        }
        return parent;
    }
}
