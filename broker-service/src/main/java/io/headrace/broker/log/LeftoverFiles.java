package io.headrace.broker.log;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.WholeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * Files that an operation left behind when the process stopped: worthless ones are deleted, a
 * finished compaction ({@code .swap}) is completed.
 */
final class LeftoverFiles {

    private final Disk disk;
    private final Path directory;

    LeftoverFiles(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
    }

    void settle() throws IOException {
        List<String> names = disk.list(directory);
        boolean hasChanged = false;
        for (String name : names) {
            if (name.endsWith(SegmentName.DELETED)
                    || name.endsWith(SegmentName.CLEANED)
                    || name.endsWith(WholeFile.TEMPORARY)) {
                disk.delete(directory.resolve(name));
                hasChanged = true;
            }
        }
        for (String name : names) {
            OptionalLong base = SegmentName.baseOffset(name, SegmentName.LOG + SegmentName.SWAP);
            if (base.isPresent()) {
                completeSwap(base.getAsLong(), names);
                hasChanged = true;
            }
        }
        for (String name : names) {
            if (name.endsWith(SegmentName.SWAP) && disk.exists(directory.resolve(name))) {
                disk.delete(directory.resolve(name));
            }
        }
        if (hasChanged) {
            disk.forceDirectory(directory);
        }
    }

    /** The compacted segment takes the place of all segments whose records it covers. */
    private void completeSwap(long base, List<String> names) throws IOException {
        Path swap = SegmentName.in(directory, base, SegmentName.LOG + SegmentName.SWAP);
        long next = base + 1;
        try (var file = disk.open(swap)) {
            HeaderScan scan = new HeaderScan(file, file.size());
            boolean isThere = scan.seek(0);
            while (isThere) {
                next = scan.lastOffset() + 1;
                isThere = scan.next();
            }
        }
        for (String name : names) {
            OptionalLong old = SegmentName.baseOffset(name, SegmentName.LOG);
            if (old.isPresent() && old.getAsLong() >= base && old.getAsLong() < next) {
                delete(old.getAsLong());
            }
        }
        disk.rename(swap, SegmentName.in(directory, base, SegmentName.LOG));
    }

    private void delete(long base) throws IOException {
        for (String suffix : List.of(SegmentName.INDEX, SegmentName.TIME_INDEX, SegmentName.LOG)) {
            disk.delete(SegmentName.in(directory, base, suffix));
        }
    }
}
