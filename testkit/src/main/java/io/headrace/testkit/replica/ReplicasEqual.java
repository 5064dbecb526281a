package io.headrace.testkit.replica;

import io.headrace.model.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Whether replicas of a partition hold the same bytes and agree on the epochs, judged from their
 * files alone; the brokers may run. Where a segment ends is each replica's own affair, so the
 * batches of all segments are compared as one stream.
 */
public final class ReplicasEqual {

    private static final String EPOCHS = "leader-epoch-checkpoint";
    private static final String RECOVERY_POINTS = "recovery-point-offset-checkpoint";

    /** Some batch of a replica, to be compared. */
    private record Batch(long baseOffset, long nextOffset, int leaderEpoch, ByteBuffer bytes) {}

    private ReplicasEqual() {}

    /**
     * Compares all batches below the high watermark; those that one replica does not keep any more
     * at its start are left out.
     *
     * @param partitionDirectories of one partition, one per replica
     * @return how many batches are the same
     * @throws AssertionError that names the first difference
     */
    public static int check(List<Path> partitionDirectories, long highWatermark)
            throws IOException {
        List<List<Batch>> replicas = new ArrayList<>();
        long start = 0;
        for (Path directory : partitionDirectories) {
            List<Batch> batches = read(directory, highWatermark);
            checkEpochs(directory, batches);
            replicas.add(batches);
            start = Math.max(start, batches.isEmpty() ? 0 : batches.getFirst().baseOffset());
        }
        List<Batch> first = from(replicas.getFirst(), start);
        for (int i = 1; i < replicas.size(); i++) {
            compare(
                    partitionDirectories.getFirst(),
                    first,
                    partitionDirectories.get(i),
                    from(replicas.get(i), start));
        }
        long end = first.isEmpty() ? start : first.getLast().nextOffset();
        if (end < highWatermark) {
            throw new AssertionError(
                    "the replicas end at " + end + ", below the high watermark " + highWatermark);
        }
        return first.size();
    }

    private static List<Batch> from(List<Batch> batches, long start) {
        return batches.stream().filter(batch -> batch.baseOffset() >= start).toList();
    }

    private static void compare(Path one, List<Batch> first, Path two, List<Batch> second) {
        int both = Math.min(first.size(), second.size());
        for (int i = 0; i < both; i++) {
            Batch a = first.get(i);
            Batch b = second.get(i);
            if (!a.bytes().equals(b.bytes())) {
                throw new AssertionError(
                        one
                                + " and "
                                + two
                                + " differ: offset "
                                + a.baseOffset()
                                + " of epoch "
                                + a.leaderEpoch()
                                + " against offset "
                                + b.baseOffset()
                                + " of epoch "
                                + b.leaderEpoch());
            }
        }
        if (first.size() != second.size()) {
            throw new AssertionError(
                    one
                            + " holds "
                            + first.size()
                            + " batches below the high watermark, "
                            + two
                            + " holds "
                            + second.size());
        }
    }

    private static List<Batch> read(Path directory, long highWatermark) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.filter(file -> file.toString().endsWith(".log")).sorted().toList();
        }
        List<Batch> batches = new ArrayList<>();
        for (Path file : files) {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
            int at = 0;
            while (bytes.limit() - at >= RecordBatch.HEADER_SIZE) {
                int size = RecordBatch.sizeInBytes(bytes, at);
                long next = RecordBatch.nextOffset(bytes, at);
                if (size < RecordBatch.HEADER_SIZE || at + size > bytes.limit()) {
                    break;
                }
                if (next > highWatermark) {
                    return batches;
                }
                batches.add(
                        new Batch(
                                RecordBatch.baseOffset(bytes, at),
                                next,
                                RecordBatch.leaderEpoch(bytes, at),
                                bytes.slice(at, size)));
                at += size;
            }
        }
        return batches;
    }

    /**
     * The checkpoint of a replica says of each batch what the batch says of itself. It is written
     * before the recovery point moves, so later epochs may be missing above that point.
     */
    private static void checkEpochs(Path directory, List<Batch> batches) throws IOException {
        List<long[]> entries = new ArrayList<>();
        for (String line : lines(directory.resolve(EPOCHS))) {
            String[] parts = line.split(" ", -1);
            entries.add(new long[] {Long.parseLong(parts[0]), Long.parseLong(parts[1])});
        }
        long recoveryPoint = recoveryPoint(directory);
        for (Batch batch : batches) {
            long epoch = -1;
            for (long[] entry : entries) {
                if (entry[1] <= batch.baseOffset()) {
                    epoch = entry[0];
                }
            }
            boolean isNotWritten =
                    batch.baseOffset() >= recoveryPoint
                            && batch.leaderEpoch() > epoch
                            && (entries.isEmpty() || entries.getLast()[0] == epoch);
            if (epoch != batch.leaderEpoch() && !isNotWritten) {
                throw new AssertionError(
                        directory
                                + " says epoch "
                                + epoch
                                + " of offset "
                                + batch.baseOffset()
                                + ", the batch says "
                                + batch.leaderEpoch());
            }
        }
    }

    private static long recoveryPoint(Path directory) throws IOException {
        String name = directory.getFileName().toString();
        int dash = name.lastIndexOf('-');
        String prefix = name.substring(0, dash) + " " + name.substring(dash + 1) + " ";
        return lines(directory.resolveSibling(RECOVERY_POINTS)).stream()
                .filter(line -> line.startsWith(prefix))
                .mapToLong(line -> Long.parseLong(line.substring(prefix.length())))
                .findFirst()
                .orElse(0);
    }

    /** Of a checkpoint, without its version and count; none where there is no such file. */
    private static List<String> lines(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file).stream().skip(2).toList() : List.of();
    }
}
