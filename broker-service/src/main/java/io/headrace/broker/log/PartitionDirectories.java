package io.headrace.broker.log;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.DiskFile;
import io.headrace.broker.disk.UnreadableException;
import io.headrace.broker.disk.WholeFile;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partition directories below a log directory: their names, their {@code partition.metadata},
 * and how they are set aside. Deletes nothing but what {@link #purge} is told to.
 */
final class PartitionDirectories {

    static final String METADATA = "partition.metadata";

    private static final Logger LOG = LoggerFactory.getLogger(PartitionDirectories.class);
    private static final String DELETE = "-delete";
    private static final String STRAY = "-stray"; // Kafka's suffix for what it does not touch
    private static final String TOPIC_ID = "topic_id: ";
    private static final int NAME_LENGTH_MAX = 255;

    private final Disk disk;
    private final Path root;
    private final CreatedDirectories created;

    PartitionDirectories(Disk disk, Path root, CreatedDirectories created) {
        this.disk = disk;
        this.root = root;
        this.created = created;
    }

    List<FoundPartition> found() throws IOException {
        List<FoundPartition> found = new ArrayList<>();
        for (String name : disk.list(root)) {
            Optional<TopicPartition> partition = parse(name);
            if (partition.isPresent() && disk.isDirectory(root.resolve(name))) {
                found.add(new FoundPartition(partition.get(), readableTopicId(name)));
            }
        }
        return List.copyOf(found);
    }

    List<DeletedPartition> deleted() throws IOException {
        List<DeletedPartition> deleted = new ArrayList<>();
        for (String name : disk.list(root)) {
            if (name.endsWith(DELETE) && disk.isDirectory(root.resolve(name))) {
                deleted.add(new DeletedPartition(name, readableTopicId(name)));
            }
        }
        return List.copyOf(deleted);
    }

    Path path(TopicPartition partition) {
        return root.resolve(partition.toString());
    }

    /** Empty also when the file is damaged: one partition must not hide the others. */
    private Optional<TopicId> readableTopicId(String directoryName) throws IOException {
        try {
            return topicId(directoryName);
        } catch (DamagedFileException e) {
            LOG.atError()
                    .addKeyValue("directory", directoryName)
                    .setCause(e)
                    .log("The metadata of a partition cannot be read");
            return Optional.empty();
        }
    }

    /**
     * @throws DamagedFileException if the metadata does not state one
     */
    Optional<TopicId> topicId(String directoryName) throws IOException {
        Path file = root.resolve(directoryName).resolve(METADATA);
        Optional<String> text = metadata(file);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        for (String line : text.get().lines().toList()) {
            if (line.startsWith(TOPIC_ID)) {
                try {
                    return Optional.of(TopicId.parse(line.substring(TOPIC_ID.length()).trim()));
                } catch (IllegalArgumentException e) {
                    throw new DamagedFileException(file + " is damaged: " + e.getMessage(), e);
                }
            }
        }
        throw new DamagedFileException(file + " is damaged: it states no topic id");
    }

    private Optional<String> metadata(Path file) throws IOException {
        try {
            return WholeFile.read(disk, file);
        } catch (UnreadableException e) {
            throw new DamagedFileException(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Whether the metadata has no bytes, or only zeros: nothing was written before power failed.
     */
    boolean isMetadataBlank(TopicPartition partition) throws IOException {
        return metadata(path(partition).resolve(METADATA))
                .filter(text -> text.chars().allMatch(each -> each == 0))
                .isPresent();
    }

    /** Whether a segment has a byte. */
    boolean hasRecords(TopicPartition partition) throws IOException {
        for (String name : disk.list(path(partition))) {
            if (SegmentName.baseOffset(name, SegmentName.LOG).isPresent()) {
                try (DiskFile file = disk.open(path(partition).resolve(name))) {
                    if (file.size() > 0) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** Creates the directory with its metadata; both are durable with the log's first flush. */
    void create(TopicPartition partition, TopicId topicId) throws IOException {
        Path directory = path(partition);
        disk.createDirectories(directory);
        created.add();
        WholeFile.write(
                disk, directory.resolve(METADATA), "version: 0\n" + TOPIC_ID + topicId + "\n");
    }

    /** Renames the directory aside, durably, to be purged one day. */
    DeletedPartition setAside(TopicPartition partition) throws IOException {
        String name = rename(partition, DELETE);
        return new DeletedPartition(name, topicId(name));
    }

    /**
     * Renames the directory aside, durably, under a name that nothing here removes.
     *
     * @return the name it has now
     */
    String keepAside(TopicPartition partition) throws IOException {
        return rename(partition, STRAY);
    }

    private String rename(TopicPartition partition, String ending) throws IOException {
        String unique = hex(TopicId.random());
        String suffix = "-" + partition.partition() + "." + unique + ending;
        String topic = partition.topic();
        int room = NAME_LENGTH_MAX - suffix.length();
        String name = topic.substring(0, Math.min(topic.length(), room)) + suffix;
        disk.rename(path(partition), root.resolve(name));
        disk.forceDirectory(root);
        return name;
    }

    void purge(DeletedPartition deleted) throws IOException {
        if (!deleted.directoryName().endsWith(DELETE)) {
            throw new IllegalArgumentException(
                    deleted.directoryName() + " is not the directory of a deleted partition");
        }
        Path directory = root.resolve(deleted.directoryName());
        for (String name : disk.list(directory)) {
            disk.delete(directory.resolve(name));
        }
        disk.delete(directory);
        disk.forceDirectory(root);
    }

    private static String hex(TopicId id) {
        return HexFormat.of().toHexDigits(id.mostSignificantBits())
                + HexFormat.of().toHexDigits(id.leastSignificantBits());
    }

    private static Optional<TopicPartition> parse(String name) {
        int dash = name.lastIndexOf('-');
        if (dash <= 0 || dash == name.length() - 1 || name.length() - dash > 11) {
            return Optional.empty();
        }
        for (int i = dash + 1; i < name.length(); i++) {
            if (name.charAt(i) < '0' || name.charAt(i) > '9') {
                return Optional.empty();
            }
        }
        try {
            int partition = Integer.parseInt(name, dash + 1, name.length(), 10);
            return Optional.of(new TopicPartition(name.substring(0, dash), partition));
        } catch (NumberFormatException tooLarge) {
            return Optional.empty();
        }
    }
}
