package io.headrace.simulation;

import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Files beside the records that rot, or are lost, while their broker is down: indexes, producer
 * snapshots, leader epochs, metadata of partitions, offset checkpoints. Bits flip only where the
 * format shows it; in leader epochs and checkpoints another digit is as good as the right one.
 */
final class SideFiles {

    private static final String MARKER = ".kafka_cleanshutdown";
    private static final String RECOVERY_POINT = "recovery-point-offset-checkpoint";
    private static final String CLEAN_LENGTH = "clean-length-checkpoint";

    private static final List<String> CHECKPOINTS =
            List.of(
                    "replication-offset-checkpoint",
                    RECOVERY_POINT,
                    CLEAN_LENGTH,
                    "log-start-offset-checkpoint",
                    "cleaner-offset-checkpoint",
                    MARKER);

    private static final String METADATA = "partition.metadata";

    /** Of files in a partition's directory; those whose flipped bits are seen come first. */
    private static final List<String> ENDINGS =
            List.of(".index", ".timeindex", ".snapshot", METADATA, "leader-epoch-checkpoint");

    private static final int ENDINGS_WITH_FLIPS = 4;

    /** What must not be lost everywhere. */
    interface Rules {

        /**
         * Whether others have all that is in a replica; it counts as one that has nothing, then.
         */
        boolean mayLose(int brokerId, int p);
    }

    private final World world;
    private final Map<Integer, List<Plan.Kind>> planned = new TreeMap<>();
    private Rules rules = (id, p) -> false;
    private int struck;

    SideFiles(World world) {
        this.world = world;
    }

    void rules(Rules others) {
        rules = others;
    }

    int struckCount() {
        return struck;
    }

    /** Strikes before the broker's next start. */
    void plan(int brokerId, Plan.Kind kind) {
        planned.computeIfAbsent(brokerId, id -> new ArrayList<>()).add(kind);
    }

    void beforeStart(int brokerId) {
        List<Plan.Kind> now = planned.remove(brokerId);
        SimulatedDisk disk = world.disks.get(brokerId);
        if (now == null || !disk.exists(BrokerRun.ROOT)) {
            return;
        }
        try {
            for (Plan.Kind kind : now) {
                strike(kind, brokerId, disk);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void strike(Plan.Kind kind, int brokerId, SimulatedDisk disk) throws IOException {
        boolean isCheckpoint = world.random.nextInt(3) == 0;
        int ending = world.random.nextInt(ENDINGS.size());
        List<Path> files =
                isCheckpoint ? checkpoints(disk) : inPartitions(disk, ENDINGS.get(ending));
        if (files.isEmpty()) {
            return;
        }
        Path file = files.get(world.random.nextInt(files.size()));
        int size = disk.bytes(file).length;
        int p = partition(file);
        if (size == 0
                || (p >= 0 && !world.rot.isSound(brokerId, p))
                || !whatItProves(brokerId, file, p)
                        .allMatch(each -> rules.mayLose(brokerId, each))) {
            return;
        }
        struck++;
        int position = world.random.nextInt(size);
        boolean mayFlip = !isCheckpoint && ending < ENDINGS_WITH_FLIPS;
        if (kind == Plan.Kind.LOST_FILE) {
            disk.delete(file);
            disk.forceDirectory(file.getParent());
        } else if (mayFlip && world.random.nextBoolean()) {
            disk.flipBit(file, position, world.random.nextInt(Byte.SIZE));
        } else {
            disk.unreadable(file, position);
        }
        world.note("broker " + brokerId + ": " + kind + " " + file + " at " + position);
    }

    /**
     * Without its metadata a replica is nothing, without the marker no replica is proven, and one
     * that is damaged only by how long it was.
     */
    private IntStream whatItProves(int brokerId, Path file, int p) {
        if (file.endsWith(MARKER)) {
            return IntStream.range(0, world.partitions.size());
        }
        if (file.endsWith(CLEAN_LENGTH) || file.endsWith(RECOVERY_POINT)) {
            return world.rot.damagedOf(brokerId).stream().mapToInt(each -> each);
        }
        return file.endsWith(METADATA) ? IntStream.of(p) : IntStream.empty();
    }

    private static List<Path> checkpoints(SimulatedDisk disk) {
        return CHECKPOINTS.stream().map(BrokerRun.ROOT::resolve).filter(disk::exists).toList();
    }

    private List<Path> inPartitions(SimulatedDisk disk, String ending) throws IOException {
        List<Path> files = new ArrayList<>();
        for (TopicPartition partition : world.partitions) {
            Path directory = BrokerRun.ROOT.resolve(partition.toString());
            if (disk.exists(directory)) {
                for (String name : disk.list(directory)) {
                    if (name.endsWith(ending)) {
                        files.add(directory.resolve(name));
                    }
                }
            }
        }
        return files;
    }

    /** -1 for a file of the whole log directory. */
    private int partition(Path file) {
        String directory = String.valueOf(file.getParent().getFileName());
        return world.partitions.stream().map(Object::toString).toList().indexOf(directory);
    }
}
