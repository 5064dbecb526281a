package io.headrace.simulation;

import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.broker.replica.Partition;
import io.headrace.model.record.BatchCheck;
import io.headrace.model.record.RecordBatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * Bytes that go bad in the files of one replica of a partition at a time, below what is committed,
 * and that others have right. Knows where damage stands until it is repaired, cut off or deleted.
 */
final class Rot {

    private static final long RESTART_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    /** Batches whose places a log knows without looking, of two segments. */
    private static final int REMEMBERED = 2 * 64;

    /**
     * @param isUnseen no checksum covers the place
     */
    private record Damage(int brokerId, Path directory, boolean isUnseen) {}

    /** Where a batch that is whole and committed lies. */
    private record Place(Path file, int position, int length) {}

    private final World world;
    private final Map<Integer, Damage> standing = new TreeMap<>();
    private IntConsumer died = id -> {};
    private int struck;

    Rot(World world) {
        this.world = world;
    }

    /** Told of brokers that end without having stopped cleanly. */
    void whenDied(IntConsumer told) {
        died = told;
    }

    /** How often something was damaged. */
    int struckCount() {
        return struck;
    }

    /** Damages a replica, unless another one of the partition is damaged still. */
    void strike(Plan.Kind kind, BrokerRun run, int p) {
        Partition partition = run.replica(world.partitions.get(p));
        if (partition == null || partition.log().isOffline() || standsAt(p)) {
            return;
        }
        try {
            SimulatedDisk disk = world.disks.get(run.id);
            List<Place> places = committed(disk, partition.log().directory(), p);
            if (places.isEmpty()) {
                return;
            }
            int place = world.random.nextInt(places.size());
            Place at = places.get(place);
            boolean mayBeUnseen =
                    kind == Plan.Kind.FLIPPED_BIT && place < places.size() - REMEMBERED;
            int inBatch = position(at.length(), mayBeUnseen);
            int position = at.position() + inBatch;
            if (kind == Plan.Kind.FLIPPED_BIT) {
                disk.flipBit(at.file(), position, world.random.nextInt(Byte.SIZE));
            } else {
                disk.unreadable(at.file(), position);
            }
            struck++;
            standing.put(
                    p,
                    new Damage(
                            run.id,
                            partition.log().directory(),
                            inBatch < RecordBatch.LENGTH_AT || isInLeaderEpoch(inBatch)));
            world.note("broker " + run.id + ": damage at " + position + " of " + at.file());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * No checksum covers what a leader writes: base offset and leader epoch. They rot where a log
     * looks at the header before it serves a batch; and of the leader epoch, which followers copy
     * with the batch, only bits that show that it is none.
     */
    private int position(int length, boolean mayBeUnseen) {
        int position = world.random.nextInt(length);
        boolean isUnseen = position < RecordBatch.LENGTH_AT || isInLeaderEpoch(position);
        if (isUnseen && mayBeUnseen) {
            return isInLeaderEpoch(position) ? RecordBatch.LEADER_EPOCH_AT : position;
        }
        return isUnseen ? RecordBatch.CRC_AT : position;
    }

    private static boolean isInLeaderEpoch(int position) {
        return position >= RecordBatch.LEADER_EPOCH_AT && position < RecordBatch.MAGIC_AT;
    }

    /** Whether the replica may serve what no reader can see to be wrong. */
    boolean isUnseen(int brokerId, int p) {
        Damage damage = standing.get(p);
        return damage != null && damage.isUnseen() && !isSound(brokerId, p);
    }

    private List<Place> committed(SimulatedDisk disk, Path directory, int p) throws IOException {
        List<Place> places = new ArrayList<>();
        for (Path file : segments(disk, directory)) {
            ByteBuffer bytes = ByteBuffer.wrap(disk.bytes(file));
            for (int at = 0; isWhole(bytes, at); at += RecordBatch.sizeInBytes(bytes, at)) {
                if (RecordBatch.nextOffset(bytes, at) <= world.judge.committedEnd(p)) {
                    places.add(new Place(file, at, RecordBatch.sizeInBytes(bytes, at)));
                }
            }
        }
        return places;
    }

    private static List<Path> segments(SimulatedDisk disk, Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        if (disk.exists(directory)) {
            for (String name : disk.list(directory)) {
                if (name.endsWith(".log")) {
                    files.add(directory.resolve(name));
                }
            }
        }
        return files;
    }

    private static boolean isWhole(ByteBuffer bytes, int at) {
        return at < bytes.limit()
                && BatchCheck.framing(bytes, at, bytes.limit()) instanceof BatchCheck.Sound;
    }

    /** Nobody but whoever is damaged may have such trouble. */
    void met(BrokerRun run, int p, IOException failure) {
        if (isSound(run.id, p)) {
            throw new UncheckedIOException(failure);
        }
        world.note("broker " + run.id + ": " + failure.getMessage());
    }

    /** As with kill -9, but that it says so before. */
    void offline(BrokerRun run) {
        if (!isAnyDamaged(run.id)) {
            world.judge.fail("broker " + run.id + " is offline, and nothing of it is damaged");
        }
        died.accept(run.id);
        world.timeline.in(
                RESTART_NANOS,
                () -> {
                    if (world.run(run.id) == run) {
                        world.kill(run.id);
                        world.start(run.id);
                    }
                });
    }

    /** Whether some replica of the broker is damaged: it may be offline any moment. */
    boolean isAnyDamaged(int brokerId) {
        return List.copyOf(standing.entrySet()).stream()
                .anyMatch(
                        each -> each.getValue().brokerId() == brokerId && standsAt(each.getKey()));
    }

    /** The partitions whose replica on the broker is damaged. */
    Set<Integer> damagedOf(int brokerId) {
        Set<Integer> damaged = new TreeSet<>();
        for (int p = 0; p < world.partitions.size(); p++) {
            if (!isSound(brokerId, p)) {
                damaged.add(p);
            }
        }
        return damaged;
    }

    /** Whether a replica is as far as is known what it should be. */
    boolean isSound(int brokerId, int p) {
        Damage damage = standing.get(p);
        return damage == null || damage.brokerId() != brokerId || !standsAt(p);
    }

    /** Whether no replica of the partition is damaged. */
    boolean isNowhere(int p) {
        return !standsAt(p);
    }

    boolean stands() {
        return List.copyOf(standing.keySet()).stream().anyMatch(this::standsAt);
    }

    private boolean standsAt(int p) {
        Damage damage = standing.get(p);
        SimulatedDisk disk = damage == null ? null : world.disks.get(damage.brokerId());
        if (disk == null) {
            return false;
        }
        if (disk.isCrashed()) {
            return true; // seen when it has power again
        }
        try {
            for (Path file : segments(disk, damage.directory())) {
                if (!isSound(disk, file, p)) {
                    return true;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        standing.remove(p);
        world.note("broker " + damage.brokerId() + " is sound again");
        return false;
    }

    /** A tail that was never committed is nobody's damage. */
    private boolean isSound(SimulatedDisk disk, Path file, int p) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(disk.bytes(file));
        int at = 0;
        String name = String.valueOf(file.getFileName());
        long next = Long.parseLong(name.substring(0, name.indexOf('.')));
        while (isWhole(bytes, at) && RecordBatch.baseOffset(bytes, at) == next) {
            next = RecordBatch.nextOffset(bytes, at);
            at += RecordBatch.sizeInBytes(bytes, at);
        }
        List<Records.Rec> truth = world.judge.truth(p);
        return at == bytes.limit()
                && disk.isReadable(file)
                && Records.in(bytes, 0, truth.size()).stream()
                        .allMatch(each -> isTrue(truth.get((int) each.offset()), each));
    }

    private static boolean isTrue(Records.Rec known, Records.Rec record) {
        return known == null || known.equals(record);
    }

    @Override
    public String toString() {
        return standing.toString();
    }
}
