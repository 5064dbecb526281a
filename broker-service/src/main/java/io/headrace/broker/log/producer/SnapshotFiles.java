package io.headrace.broker.log.producer;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.DiskFile;
import io.headrace.broker.disk.DiskFullException;
import io.headrace.broker.disk.UnreadableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.function.LongFunction;
import java.util.function.LongPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshot files of one log's producers, by the offset before which each tells of everything.
 *
 * <p>Durability: see the room. Errors: without space there is no snapshot, and an older one serves.
 */
final class SnapshotFiles {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotFiles.class);

    /**
     * What a snapshot held.
     *
     * @param offset -1 when there is no snapshot
     */
    record Found(long offset, List<ProducerState> producers) {
        static final Found NOTHING = new Found(-1, List.of());
    }

    private final Disk disk;
    private final LongFunction<Path> path;
    private final TreeSet<Long> offsets;

    SnapshotFiles(Disk disk, LongFunction<Path> path, Collection<Long> offsets) {
        this.disk = disk;
        this.path = path;
        this.offsets = new TreeSet<>(offsets);
    }

    boolean has(long offset) {
        return offsets.contains(offset);
    }

    void write(long offset, List<ProducerState> producers) throws IOException {
        Path target = path.apply(offset);
        try (DiskFile file = disk.open(target)) {
            file.truncate(0);
            file.write(SnapshotFormat.print(producers), 0);
            offsets.add(offset);
        } catch (DiskFullException e) {
            LOG.atWarn()
                    .addKeyValue("offset", offset)
                    .setCause(e)
                    .log("No space for the producer snapshot {}; an older one serves", target);
            disk.delete(target);
        }
    }

    /** The newest that is whole; others are deleted. */
    Found newest() throws IOException {
        while (!offsets.isEmpty()) {
            long offset = offsets.last();
            try {
                return new Found(offset, read(path.apply(offset)));
            } catch (DamagedSnapshotException | UnreadableException e) {
                LOG.atWarn()
                        .addKeyValue("offset", offset)
                        .log(
                                "Deleting a producer snapshot, an older one serves: {}",
                                e.getMessage());
                disk.delete(path.apply(offset));
                offsets.remove(offset);
            }
        }
        return Found.NOTHING;
    }

    private List<ProducerState> read(Path from) throws IOException {
        try (DiskFile file = disk.open(from)) {
            long size = file.size();
            if (size > Integer.MAX_VALUE) {
                throw new DamagedSnapshotException(from + " is too large: " + size);
            }
            ByteBuffer buffer = ByteBuffer.allocate((int) size);
            file.read(buffer, 0);
            return SnapshotFormat.parse(from.toString(), buffer.flip());
        }
    }

    /** Durable on return if any went, so that no later record can be mistaken for theirs. */
    void deleteDurablyIf(LongPredicate goes) throws IOException {
        Path any = deleteIf(goes);
        Path directory = any.getParent();
        if (directory != null) {
            disk.forceDirectory(directory);
        }
    }

    /** Deletes those below the offset; should they return after a crash, they do no harm. */
    void deleteBelow(long offset) throws IOException {
        deleteIf(each -> each < offset);
    }

    /** Keeps the newest, and those that a segment begins with. */
    void prune(LongPredicate beginsSegment) throws IOException {
        if (offsets.size() > 1) {
            long newest = offsets.last();
            deleteIf(each -> each != newest && !beginsSegment.test(each));
        }
    }

    /** Returns one of those that went; an empty path for none. */
    private Path deleteIf(LongPredicate goes) throws IOException {
        List<Long> gone = new ArrayList<>();
        for (long offset : offsets) {
            if (goes.test(offset)) {
                gone.add(offset);
            }
        }
        Path any = Path.of("");
        for (long offset : gone) {
            any = path.apply(offset);
            disk.delete(any);
            offsets.remove(offset);
        }
        return any;
    }
}
