package io.headrace.broker.log.epoch;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.WholeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The leader epochs of one log, in memory and in its {@code leader-epoch-checkpoint}.
 *
 * <p>Invariant: both epochs and start offsets rise strictly from entry to entry. A new epoch is
 * noted in memory: a change of the leader waits for no disk. {@link #save} makes it durable, and is
 * called before the recovery point passes a record of it; above the recovery point a start finds
 * the epochs in the batches. Whatever drops entries is durable when the method returns; when it
 * throws, memory still holds the old ones (the file possibly the new ones).
 *
 * <p>Owner: changes under the log's writer lock, {@link #save} from any thread, reads likewise.
 *
 * <p>Source: KIP-101, KIP-279; Kafka's {@code LeaderEpochFileCache}.
 */
public final class LeaderEpochs {

    public static final String FILE_NAME = "leader-epoch-checkpoint";

    private final Disk disk;
    private final Path file;
    private final ReentrantLock fileLock = new ReentrantLock();
    private List<EpochStart> saved;
    private volatile List<EpochStart> entries;

    private LeaderEpochs(Disk disk, Path file, List<EpochStart> entries) {
        this.disk = disk;
        this.file = file;
        this.saved = entries;
        this.entries = entries;
    }

    /**
     * Reads the checkpoint of the log in the directory; a missing file is an empty list.
     *
     * @throws IOException if it cannot be read, or is not in the format (a damaged file is the
     *     caller's to rebuild, see {@link #empty})
     */
    public static LeaderEpochs open(Disk disk, Path directory) throws IOException {
        Path file = directory.resolve(FILE_NAME);
        Optional<String> text = WholeFile.read(disk, file);
        return new LeaderEpochs(
                disk, file, text.isEmpty() ? List.of() : EpochFormat.parse(file, text.get()));
    }

    /** Starts without entries, whatever the checkpoint says; the next change replaces it. */
    public static LeaderEpochs empty(Disk disk, Path directory) {
        return new LeaderEpochs(disk, directory.resolve(FILE_NAME), List.of());
    }

    /** In rising order, immutable. */
    public List<EpochStart> entries() {
        return entries;
    }

    /** -1 when no epoch is known. */
    public int latestEpoch() {
        List<EpochStart> now = entries;
        return now.isEmpty() ? EpochEnd.UNDEFINED : now.getLast().epoch();
    }

    /** The epoch of the record at the offset; -1 when it lies before all entries. */
    public int epochAt(long offset) {
        List<EpochStart> now = entries;
        for (int i = now.size() - 1; i >= 0; i--) {
            if (now.get(i).startOffset() <= offset) {
                return now.get(i).epoch();
            }
        }
        return EpochEnd.UNDEFINED;
    }

    /**
     * Whether a batch at the offset may be of the epoch.
     *
     * @param mayMissStarts of a compacted log that was copied, epochs are known from their first
     *     record that was left: each begins where the entries say, or before
     */
    public boolean agrees(int epoch, long offset, boolean mayMissStarts) {
        int known = epochAt(offset);
        if (epoch == known || !mayMissStarts) {
            return epoch == known;
        }
        return epoch > known
                && entries.stream()
                        .filter(each -> each.startOffset() > offset)
                        .mapToInt(EpochStart::epoch)
                        .min()
                        .stream()
                        .anyMatch(next -> epoch <= next);
    }

    /**
     * Notes that the epoch begins at the offset; drops entries that contradict it. Does nothing
     * when it is the latest epoch already. Not durable before {@link #save}.
     */
    public void assign(int epoch, long startOffset) {
        entries = with(entries, epoch, startOffset);
    }

    /** Makes the entries durable, if they are not. */
    public void save() throws IOException {
        fileLock.lock();
        try {
            write(entries);
        } finally {
            fileLock.unlock();
        }
    }

    /**
     * Where the epoch ended, for a replica that asks how far its log agrees with this one.
     *
     * <p>Example: entries (1, 0), (3, 50), log end 80. Epoch 1 ends at 50, epoch 2 is answered with
     * (1, 50), epoch 3 with (3, 80), epoch 4 with unknown.
     */
    public EpochEnd endOffsetFor(int epoch, long logEndOffset) {
        List<EpochStart> now = entries;
        if (epoch < 0 || now.isEmpty() || epoch > now.getLast().epoch()) {
            return EpochEnd.UNKNOWN;
        }
        if (epoch == now.getLast().epoch()) {
            return new EpochEnd(epoch, logEndOffset);
        }
        int higher = 0;
        while (now.get(higher).epoch() <= epoch) {
            higher++;
        }
        int floor = higher == 0 ? epoch : now.get(higher - 1).epoch();
        return new EpochEnd(floor, now.get(higher).startOffset());
    }

    /** Forgets epochs that begin at or after the offset, the log's new end. */
    public void truncateFromEnd(long endOffset) throws IOException {
        List<EpochStart> now = entries;
        int keep = now.size();
        while (keep > 0 && now.get(keep - 1).startOffset() >= endOffset) {
            keep--;
        }
        if (keep < now.size()) {
            store(List.copyOf(now.subList(0, keep)));
        }
    }

    /** Moves the start of the oldest remaining epoch up to the log's new start. */
    public void truncateFromStart(long startOffset) throws IOException {
        List<EpochStart> now = entries;
        int at = 0;
        while (at < now.size() && now.get(at).startOffset() <= startOffset) {
            at++;
        }
        if (at == 0 || (at == 1 && now.getFirst().startOffset() == startOffset)) {
            return;
        }
        List<EpochStart> next = new ArrayList<>(now.size());
        next.add(new EpochStart(now.get(at - 1).epoch(), startOffset));
        next.addAll(now.subList(at, now.size()));
        store(List.copyOf(next));
    }

    /** Replaces all entries, as recovery found them in the batches. */
    public void replaceWith(List<EpochStart> found) throws IOException {
        List<EpochStart> next = List.of();
        for (EpochStart start : found) {
            next = with(next, start.epoch(), start.startOffset());
        }
        store(next);
    }

    private static List<EpochStart> with(List<EpochStart> now, int epoch, long startOffset) {
        if (!now.isEmpty()
                && now.getLast().epoch() == epoch
                && now.getLast().startOffset() <= startOffset) {
            return now;
        }
        List<EpochStart> next = new ArrayList<>(now);
        while (!next.isEmpty()
                && (next.getLast().epoch() >= epoch
                        || next.getLast().startOffset() >= startOffset)) {
            next.removeLast();
        }
        next.add(new EpochStart(epoch, startOffset));
        return List.copyOf(next);
    }

    private void store(List<EpochStart> next) throws IOException {
        fileLock.lock();
        try {
            write(next);
            entries = next;
        } finally {
            fileLock.unlock();
        }
    }

    private void write(List<EpochStart> next) throws IOException {
        if (!next.equals(saved)) {
            WholeFile.replace(disk, file, EpochFormat.print(next));
            saved = next;
        }
    }
}
