package io.headrace.system.check;

import io.headrace.system.history.History;
import io.headrace.system.history.HistoryReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Follows a history and judges it at the end; linear in its length.
 *
 * <p>A partition is judged by what its final readers saw, from the start of the log as they were
 * told it: what lies before was removed by retention.
 */
public final class Checker implements History {

    private static final class Cursor {
        final int reader;
        final int partition;
        long next = -1;
        long start = -1;
        long end = -1;

        Cursor(int reader, int partition) {
            this.reader = reader;
            this.partition = partition;
        }
    }

    private record Reader(ReaderKind kind, String group, String name) {}

    private final Judgement judgement = new Judgement();
    private final Groups groups = new Groups(judgement);
    private final Metadata metadata = new Metadata(judgement);
    private final List<Track> tracks = new ArrayList<>();
    private final List<Sender> senders = new ArrayList<>();
    private final Map<Integer, Reader> readers = new HashMap<>();
    private final Map<Long, Cursor> cursors = new HashMap<>();
    private @Nullable Cursor last;
    private long reads;

    /** Judges a file. */
    public static Judgement check(Path history) throws IOException {
        Checker checker = new Checker();
        HistoryReader.tell(history, checker);
        return checker.judge();
    }

    @Override
    public void partition(int partition, String name) {
        require(partition == tracks.size(), "partitions are declared in order");
        tracks.add(new Track(name));
    }

    @Override
    public void producer(int producer, String name, boolean idempotent) {
        require(producer == senders.size(), "producers are declared in order");
        senders.add(new Sender(name, idempotent));
    }

    @Override
    public void reader(int reader, ReaderKind kind, String group, String name) {
        readers.put(reader, new Reader(kind, group, name));
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException("the history breaks a rule: " + what);
        }
    }

    @Override
    public void invoke(int producer, long counter, int partition, long timeMs) {
        senders.get(producer).invoke(counter, partition);
    }

    @Override
    public void ok(int producer, long counter, long offset, long timeMs) {
        Sender sender = senders.get(producer);
        sender.flags.set(counter, Sender.OK);
        if (offset == NO_OFFSET) {
            return;
        }
        long known = sender.offset(counter);
        if (known < 0) {
            sender.offset(counter, offset);
        } else if (known != offset) {
            judgement.found(
                    Check.C7,
                    value(sender, counter)
                            + " was read at "
                            + known
                            + ", the reply says "
                            + offset);
        }
        stands(tracks.get(sender.partition(counter)), offset, Track.pack(producer, counter));
    }

    @Override
    public void failed(int producer, long counter, long timeMs, String code) {
        senders.get(producer).flags.set(counter, Sender.FAILED);
    }

    @Override
    public void unknown(int producer, long counter, long timeMs, String code) {
        // As if it had never ended.
    }

    @Override
    public void position(int reader, int partition, long offset) {
        Cursor cursor = cursor(reader, partition);
        cursor.next = offset;
        Reader who = reader(reader);
        switch (who.kind()) {
            case GROUP -> groups.position(who.group(), reader, partition, offset);
            case ASSIGNED -> tracks.get(partition).isAssigned = true;
            case FINAL -> {}
        }
    }

    @Override
    public void read(int reader, int partition, long offset, int producer, long counter) {
        reads++;
        Reader who = reader(reader);
        Track track = tracks.get(partition);
        advance(cursor(reader, partition), who, track, offset);
        track.flags.set(
                offset,
                switch (who.kind()) {
                    case ASSIGNED -> Track.SEEN;
                    case GROUP -> {
                        groups.delivered(who.group(), reader, partition, offset);
                        yield Track.GROUP;
                    }
                    case FINAL -> Track.FINAL;
                });
        if (producer == DAMAGED || producer >= senders.size()) {
            judgement.found(
                    Check.C6,
                    track.name + "@" + offset + " holds what no producer sent, says " + who);
            return;
        }
        stands(track, offset, Track.pack(producer, counter));
        arrived(partition, track, offset, producer, counter, who.kind() == ReaderKind.FINAL);
    }

    private void advance(Cursor cursor, Reader who, Track track, long offset) {
        if (cursor.next >= 0 && offset < cursor.next) {
            judgement.found(
                    Check.C5,
                    who.name()
                            + " went back in "
                            + track.name
                            + " from "
                            + cursor.next
                            + " to "
                            + offset);
        } else if (cursor.next >= 0 && offset > cursor.next) {
            track.gap(new Track.Gap(who.name(), cursor.next, offset));
        }
        cursor.next = offset + 1;
    }

    /** At this offset somebody saw this value. */
    private void stands(Track track, long offset, long packed) {
        long known = track.value(offset);
        if (known == 0) {
            track.value(offset, packed);
        } else if (known != packed) {
            judgement.found(
                    Check.C2,
                    track.name
                            + "@"
                            + offset
                            + " is "
                            + Track.words(known)
                            + " and "
                            + Track.words(packed));
        }
    }

    private void arrived(
            int partition, Track track, long offset, int producer, long counter, boolean isFinal) {
        Sender sender = senders.get(producer);
        int flags = sender.flags.get(counter);
        if ((flags & Sender.INVOKED) == 0 || sender.partition(counter) != partition) {
            judgement.found(
                    Check.C6,
                    value(sender, counter) + " in " + track.name + " was never sent there");
            return;
        }
        if ((flags & Sender.FAILED) != 0) {
            judgement.found(
                    Check.C9, value(sender, counter) + " is at " + track.name + "@" + offset);
        }
        long known = sender.offset(counter);
        if (known < 0) {
            sender.offset(counter, offset);
        } else if (known != offset) {
            misplaced(sender, counter, known, offset);
        }
        sender.flags.set(counter, isFinal ? Sender.READ | Sender.FINAL : Sender.READ);
        if (isFinal && (flags & Sender.OK) != 0) {
            long before = track.follows(producer, counter);
            if (before > counter) {
                judgement.found(
                        Check.C4,
                        value(sender, counter) + "@" + offset + " stands after " + before);
            }
        }
    }

    private void misplaced(Sender sender, long counter, long known, long offset) {
        String both = value(sender, counter) + " is at " + known + " and at " + offset;
        if (!sender.flags.has(counter, Sender.READ)) {
            judgement.found(Check.C7, both + ", the reply said the first");
        } else if (sender.isIdempotent) {
            judgement.found(Check.C3, both);
        }
    }

    @Override
    public void bounds(int reader, int partition, long start, long end) {
        Track track = tracks.get(partition);
        Cursor cursor = cursor(reader, partition);
        if (start < cursor.start || end < cursor.end) {
            judgement.found(
                    Check.C10,
                    track.name
                            + " was "
                            + cursor.start
                            + " to "
                            + cursor.end
                            + ", then "
                            + start
                            + " to "
                            + end);
        }
        cursor.start = start;
        cursor.end = end;
        if (reader(reader).kind() == ReaderKind.FINAL) {
            track.start = start;
            track.end = Math.max(track.end, end);
        }
    }

    @Override
    public void owns(int reader, int generation, int partition) {
        groups.owns(reader(reader).group(), reader, generation, partition);
    }

    @Override
    public void commit(int reader, int generation, int partition, long offset) {
        groups.invoked(reader(reader).group(), reader, partition);
    }

    @Override
    public void committed(int reader, int generation, int partition, long offset) {
        groups.acknowledged(reader(reader).group(), reader, generation, partition, offset);
    }

    @Override
    public void state(
            int partition,
            int leader,
            int leaderEpoch,
            int partitionEpoch,
            boolean isLeaderInSync,
            long change) {
        metadata.state(
                tracks.get(partition).name,
                new Metadata.State(leader, leaderEpoch, partitionEpoch, isLeaderInSync, change));
    }

    @Override
    public void controller(int epoch, long change) {
        metadata.controller(epoch, change);
    }

    @Override
    public void mark(long timeMs, String text) {
        // For people.
    }

    @Override
    public void verdict(String check, String text) {
        judgement.found(Check.valueOf(check), text);
    }

    private Reader reader(int reader) {
        Reader known = readers.get(reader);
        require(known != null, "a reader is declared before it reads");
        return Objects.requireNonNull(known);
    }

    private Cursor cursor(int reader, int partition) {
        Cursor cursor = last;
        if (cursor == null || cursor.reader != reader || cursor.partition != partition) {
            cursor =
                    cursors.computeIfAbsent(
                            ((long) reader << Integer.SIZE) | partition,
                            first -> new Cursor(reader, partition));
            last = cursor;
        }
        return cursor;
    }

    private static String value(Sender sender, long counter) {
        return sender.name + ":" + counter;
    }

    /** After the last event, once. */
    public Judgement judge() {
        FinalChecks.judge(tracks, senders, hasGroup(), judgement);
        judgement.fact(reads + " reads, " + metadata.count() + " states of partitions");
        return judgement;
    }

    private boolean hasGroup() {
        return readers.values().stream().anyMatch(each -> each.kind() == ReaderKind.GROUP);
    }
}
