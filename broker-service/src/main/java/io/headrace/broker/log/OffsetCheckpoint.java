package io.headrace.broker.log;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.UnreadableException;
import io.headrace.broker.disk.WholeFile;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One offset per partition in a small text file, Kafka's format: a line {@code 0}, a line with the
 * count, then lines {@code topic partition offset}.
 *
 * <p>Partitions that nobody opened keep the offset that the file had. A file that is damaged, or
 * cannot be read, reads as empty, which is always safe: more is recovered, less is trusted. Another
 * digit in the place of one is not seen: the format has no checksum.
 */
final class OffsetCheckpoint {

    static final String RECOVERY_POINT = "recovery-point-offset-checkpoint";
    static final String LOG_START = "log-start-offset-checkpoint";
    static final String HIGH_WATERMARK = "replication-offset-checkpoint";
    static final String CLEANER = "cleaner-offset-checkpoint";

    /** Ours, of a clean stop: how long the file of the active segment was. */
    static final String CLEAN_LENGTH = "clean-length-checkpoint";

    private static final Logger LOG = LoggerFactory.getLogger(OffsetCheckpoint.class);

    private final Disk disk;
    private final Path file;
    private final Map<TopicPartition, Long> offsets = new ConcurrentHashMap<>();

    OffsetCheckpoint(Disk disk, Path file) throws IOException {
        this.disk = disk;
        this.file = file;
        Optional<String> text = read();
        if (text.isPresent() && !parse(text.get().lines().toList())) {
            offsets.clear();
            LOG.atError().addKeyValue("file", file).log("An offset checkpoint is damaged; ignored");
        }
    }

    private Optional<String> read() throws IOException {
        try {
            return WholeFile.read(disk, file);
        } catch (UnreadableException e) {
            LOG.atError().setCause(e).log("An offset checkpoint cannot be read; ignored");
            return Optional.empty();
        }
    }

    void clear() {
        offsets.clear();
    }

    long offset(TopicPartition partition) {
        return offsets.getOrDefault(partition, 0L);
    }

    boolean contains(TopicPartition partition) {
        return offsets.containsKey(partition);
    }

    void put(TopicPartition partition, long offset) {
        offsets.put(partition, offset);
    }

    void remove(TopicPartition partition) {
        offsets.remove(partition);
    }

    /** Durable on return. */
    synchronized void save() throws IOException {
        Map<String, Long> lines = new TreeMap<>();
        offsets.forEach((p, offset) -> lines.put(p.topic() + " " + p.partition(), offset));
        StringBuilder text = new StringBuilder(lines.size() * 32 + 16);
        text.append("0\n").append(lines.size()).append('\n');
        lines.forEach((name, offset) -> text.append(name).append(' ').append(offset).append('\n'));
        WholeFile.replace(disk, file, text.toString());
    }

    private boolean parse(List<String> lines) {
        try {
            if (lines.size() < 2
                    || Integer.parseInt(lines.get(0).trim()) != 0
                    || Integer.parseInt(lines.get(1).trim()) != lines.size() - 2) {
                return false;
            }
            for (String line : lines.subList(2, lines.size())) {
                String[] parts = line.split(" ", -1);
                if (parts.length != 3) {
                    return false;
                }
                offsets.put(
                        new TopicPartition(parts[0], Integer.parseInt(parts[1])),
                        Long.parseLong(parts[2]));
            }
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
