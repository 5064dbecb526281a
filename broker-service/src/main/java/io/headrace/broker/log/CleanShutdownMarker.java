package io.headrace.broker.log;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.UnreadableException;
import io.headrace.broker.disk.WholeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code .kafka_cleanshutdown}: everything was flushed before the process ended. JSON, {@code
 * {"version":0,"brokerEpoch":7}}. Written last, removed first.
 */
final class CleanShutdownMarker {

    static final String NAME = ".kafka_cleanshutdown";

    private static final Pattern EPOCH = Pattern.compile("\"brokerEpoch\"\\s*:\\s*(-?\\d{1,18})");

    private final Disk disk;
    private final Path directory;

    CleanShutdownMarker(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
    }

    /** The broker epoch of the last run, if it ended cleanly; the marker is gone on return. */
    OptionalLong take() throws IOException {
        Path file = directory.resolve(NAME);
        Optional<String> text = read(file);
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        disk.delete(file);
        disk.forceDirectory(directory);
        Matcher epoch = EPOCH.matcher(text.get());
        return epoch.find()
                ? OptionalLong.of(Long.parseLong(epoch.group(1)))
                : OptionalLong.empty();
    }

    /** A marker that cannot be read says nothing. */
    private Optional<String> read(Path file) throws IOException {
        try {
            return WholeFile.read(disk, file);
        } catch (UnreadableException e) {
            return Optional.of("");
        }
    }

    void write(long brokerEpoch) throws IOException {
        WholeFile.replace(
                disk,
                directory.resolve(NAME),
                "{\"version\":0,\"brokerEpoch\":" + brokerEpoch + "}");
    }
}
