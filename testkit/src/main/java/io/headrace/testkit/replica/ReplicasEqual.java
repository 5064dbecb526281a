package io.headrace.testkit.replica;

import io.headrace.model.record.RecordBatch;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whether replicas of a partition hold the same bytes and agree on the epochs, judged from their
 * files alone; the brokers may run. Where a segment ends is each replica's own affair, so the
 * batches of all segments are compared as one stream.
 */
public final class ReplicasEqual {

    private static final String EPOCHS = "leader-epoch-checkpoint";
    private static final String RECOVERY_POINTS = "recovery-point-offset-checkpoint";

    /**
     * Some batch of a replica, to be compared.
     *
     * @param digest SHA-256 of its bytes: logs are larger than a test's heap
     */
    private record Batch(long baseOffset, long nextOffset, int leaderEpoch, ByteBuffer digest) {}

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
            if (!a.digest().equals(b.digest())) {
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
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
                for (Optional<Batch> next = next(in); next.isPresent(); next = next(in)) {
                    if (next.get().nextOffset() > highWatermark) {
                        return batches;
                    }
                    batches.add(next.get());
                }
            }
        }
        return batches;
    }

    /** Empty at the end, also where the last batch is not whole. */
    private static Optional<Batch> next(InputStream in) throws IOException {
        byte[] header = in.readNBytes(RecordBatch.HEADER_SIZE);
        if (header.length < RecordBatch.HEADER_SIZE) {
            return Optional.empty();
        }
        ByteBuffer batch = ByteBuffer.wrap(header);
        int size = RecordBatch.sizeInBytes(batch, 0);
        if (size < RecordBatch.HEADER_SIZE) {
            return Optional.empty();
        }
        byte[] rest = in.readNBytes(size - header.length);
        if (rest.length < size - header.length) {
            return Optional.empty();
        }
        MessageDigest digest = sha256();
        digest.update(header);
        return Optional.of(
                new Batch(
                        RecordBatch.baseOffset(batch, 0),
                        RecordBatch.nextOffset(batch, 0),
                        RecordBatch.leaderEpoch(batch, 0),
                        ByteBuffer.wrap(digest.digest(rest))));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
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
