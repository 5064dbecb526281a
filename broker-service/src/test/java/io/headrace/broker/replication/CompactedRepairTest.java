package io.headrace.broker.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.disk.CrashAfterEveryCall;
import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.DiskFile;
import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.broker.log.LogClock;
import io.headrace.broker.log.LogConfig;
import io.headrace.broker.log.LogDirectory;
import io.headrace.broker.log.PartitionLog;
import io.headrace.broker.log.ReadOutcome;
import io.headrace.broker.log.ReadPace;
import io.headrace.broker.log.SegmentInfo;
import io.headrace.broker.log.compaction.CleanOutcome;
import io.headrace.broker.log.compaction.CleanerSettings;
import io.headrace.broker.log.compaction.LogCleaner;
import io.headrace.broker.log.compaction.ProducerEnds;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.record.RecordBatch;
import io.headrace.model.record.RecordReader;
import io.headrace.model.topic.TopicConfig;
import io.headrace.testkit.cluster.TestImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Damage in a compacted log is repaired from a replica that was not compacted as far: the key
 * {@code ghost}, whose tombstone is gone here, must not come back.
 */
class CompactedRepairTest {

    private static final long SEED = Long.getLong("headrace.seed", 20261129);
    private static final TopicConfig COMPACT =
            TopicConfig.of(
                    Map.of(
                            "segment.bytes", "1500",
                            "cleanup.policy", "compact",
                            "delete.retention.ms", "0",
                            "min.cleanable.dirty.ratio", "0.01"));

    private final SimulatedDisk disk = new SimulatedDisk(SEED);
    private List<Integer> isr = List.of(1, CopyingBroker.ID);

    /** Whole: nothing of it was compacted. */
    private final LogLeader leader;

    CompactedRepairTest() throws IOException {
        leader = new LogLeader();
        leader.log.beginLeaderEpoch(1);
    }

    private void write(String keys) {
        for (int i = 0; i < 12; i++) {
            leader.put(keys + i % 5, "v".repeat(150) + i);
        }
    }

    /** A log whose tombstone was dropped by its own cleaner. */
    private CopyingBroker compacted(SimulatedDisk on) throws IOException {
        CopyingBroker broker = new CopyingBroker(on, COMPACT);
        LogCleaner cleaner = cleaner(broker.directory, on);
        leader.put("ghost", "alive");
        write("a");
        leader.put("ghost", null);
        write("b");
        copy(broker);
        clean(cleaner, broker.log());
        write("a");
        copy(broker);
        clean(cleaner, broker.log());
        write("c");
        copy(broker);
        broker.log().flush();
        assertThat(records(broker.log())).noneMatch(each -> each.startsWith("ghost"));
        return broker;
    }

    private void copy(CopyingBroker broker) throws IOException {
        broker.follow(1);
        broker.copy(leader, 400);
    }

    private static LogCleaner cleaner(LogDirectory directory, Disk on) {
        return new LogCleaner(
                directory,
                on,
                LogClock.system(),
                new Random(7),
                ProducerEnds.of(directory),
                CleanerSettings.DEFAULTS.withMapBytesMax(1 << 20));
    }

    private static void clean(LogCleaner cleaner, PartitionLog log) throws IOException {
        log.roll();
        assertThat(cleaner.cleanDirtiest()).isInstanceOf(CleanOutcome.Cleaned.class);
    }

    private Scrubber scrubber(CopyingBroker broker) {
        return new Scrubber(
                new Scrubber.Settings(1, Duration.ofHours(1)),
                () -> List.of(broker.partition),
                new SegmentRepair(CopyingBroker.ID, this::image, id -> channel()));
    }

    private ClusterImage image() {
        return TestImage.empty()
                .topics(
                        List.of(
                                new TopicImage(
                                        LogLeader.NAME.topic(),
                                        LogLeader.TOPIC,
                                        Map.of(),
                                        List.of(List.of(1, CopyingBroker.ID)),
                                        List.of(new PartitionState(1, 1, isr, 1)))))
                .image();
    }

    private LeaderChannel channel() {
        return new LeaderChannel() {
            private final ArrayDeque<FetchRequest> open = new ArrayDeque<>();

            @Override
            public void send(FetchRequest request) {
                open.add(request);
            }

            @Override
            public FetchAnswer receive(long patienceNanos) throws IOException {
                return new FetchAnswer(
                        0,
                        "",
                        List.of(
                                leader.answer(
                                        open.remove().positions().getFirst(),
                                        leader.log.logEndOffset(),
                                        500)));
            }

            @Override
            public void wake() {}

            @Override
            public void interrupt() {}

            @Override
            public void close() {}
        };
    }

    private static void rot(CopyingBroker broker, Disk on, int segment) throws IOException {
        SegmentInfo info = broker.log().segments().get(segment);
        Path file = broker.log().directory().resolve(String.format("%020d.log", info.baseOffset()));
        try (DiskFile open = on.open(file)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            long at = open.size() - 9;
            open.read(one, at);
            one.put(0, (byte) (one.get(0) ^ 4)).rewind();
            open.write(one, at);
            open.force();
        }
    }

    /** Each as {@code key@offset}. */
    private static List<String> records(PartitionLog log) throws IOException {
        return read(log).values().stream().map(each -> each[0] + "@" + each[2]).toList();
    }

    private static Map<String, String> latest(PartitionLog log) throws IOException {
        Map<String, String> latest = new TreeMap<>();
        for (String[] each : read(log).values()) {
            if (each[1].isEmpty()) {
                latest.remove(each[0]);
            } else {
                latest.put(each[0], each[1]);
            }
        }
        return latest;
    }

    /** Key, value and offset by offset; no value is an empty one; without damaged batches. */
    private static Map<Long, String[]> read(PartitionLog log) throws IOException {
        Map<Long, String[]> records = new TreeMap<>();
        RecordReader reader = new RecordReader(1 << 20);
        long offset = log.logStartOffset();
        while (log.read(offset, 1, Long.MAX_VALUE, true) instanceof ReadOutcome.Found(var slice)) {
            try (slice) {
                if (slice.length() == 0) {
                    break;
                }
                ByteBuffer bytes = ByteBuffer.allocate(slice.length());
                while (bytes.hasRemaining()) {
                    slice.read(bytes, bytes.position());
                }
                offset = slice.endOffset();
                if (RecordBatch.isCrcValid(bytes, 0)) {
                    reader.wrap(bytes, 0, slice.length(), RecordBatch.baseOffset(bytes, 0));
                    add(reader, records);
                }
            }
        }
        return records;
    }

    private static void add(RecordReader reader, Map<Long, String[]> records) {
        while (reader.next()) {
            long offset = reader.offset();
            records.put(
                    offset,
                    new String[] {text(reader.key()), text(reader.value()), Long.toString(offset)});
        }
    }

    private static String text(byte @org.jspecify.annotations.Nullable [] bytes) {
        return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void whatWasCompactedIsReplacedAsAWhole() throws Exception {
        CopyingBroker broker = compacted(disk);
        rot(broker, disk, 0);
        Scrubber scrubber = scrubber(broker);
        scrubber.round(ReadPace.FULL);
        assertThat(scrubber.counters().standing()).isEmpty();
        assertThat(scrubber.counters().repaired()).isOne();
        assertThat(records(broker.log())).isEqualTo(records(leader.log));
        assertThat(latest(broker.log())).isEqualTo(latest(leader.log)).doesNotContainKey("ghost");
        clean(cleaner(broker.directory, disk), broker.log());
        assertThat(latest(broker.log())).isEqualTo(latest(leader.log));
        assertThat(broker.log().sizeInBytes()).isLessThan(leader.log.sizeInBytes());
    }

    @Test
    void soIsWhatCameCompactedFromALeader() throws Exception {
        LogConfig compact =
                LogLeader.SMALL
                        .withRetention(new LogConfig.Retention(false, -1, -1))
                        .withCompaction(new LogConfig.Compaction(true, 0.01, 0, Long.MAX_VALUE, 0));
        LogLeader cleaned = new LogLeader(compact);
        LogCleaner cleaner = cleaner(cleaned.directory, cleaned.disk);
        leader.put("ghost", "alive");
        write("a");
        leader.put("ghost", null);
        write("b");
        cleaned.after(leader, leader.log.logEndOffset());
        clean(cleaner, cleaned.log);
        write("c");
        cleaned.after(leader, leader.log.logEndOffset());
        clean(cleaner, cleaned.log);
        write("d");
        cleaned.after(leader, leader.log.logEndOffset());
        CopyingBroker broker = new CopyingBroker(disk, COMPACT);
        broker.follow(1);
        broker.copy(cleaned, 400);
        assertThat(records(broker.log())).noneMatch(each -> each.startsWith("ghost"));
        assertThat(broker.log().sealedSegments().cleanedOffset()).isZero();
        rot(broker, disk, 0);
        Scrubber scrubber = scrubber(broker);
        scrubber.round(ReadPace.FULL);
        assertThat(scrubber.counters().standing()).isEmpty();
        assertThat(records(broker.log())).isEqualTo(records(leader.log));
        assertThat(latest(broker.log())).doesNotContainKey("ghost");
    }

    @Test
    void aRepairedLogIsCleanedAgain() throws Exception {
        CopyingBroker broker = compacted(disk);
        broker.log().roll();
        rot(broker, disk, broker.log().segmentCount() - 2);
        LogCleaner cleaner = cleaner(broker.directory, disk);
        assertThat(cleaner.cleanDirtiest()).isInstanceOf(CleanOutcome.GivenUp.class);
        assertThat(cleaner.progress().uncleanable()).containsKey(LogLeader.NAME);
        scrubber(broker).round(ReadPace.FULL);
        assertThat(cleaner.cleanDirtiest()).isInstanceOf(CleanOutcome.Cleaned.class);
        assertThat(cleaner.progress().uncleanable()).isEmpty();
        assertThat(latest(broker.log())).isEqualTo(latest(leader.log));
    }

    @Test
    void aReplicaThatIsNotInSyncWaits() throws Exception {
        CopyingBroker broker = compacted(disk);
        rot(broker, disk, 0);
        isr = List.of(1);
        Scrubber scrubber = scrubber(broker);
        scrubber.round(ReadPace.FULL);
        assertThat(scrubber.counters().repaired()).isZero();
        assertThat(scrubber.counters().standing().toString()).contains("once this replica is in");
        isr = List.of(1, CopyingBroker.ID);
        scrubber.round(ReadPace.FULL);
        assertThat(scrubber.counters().standing()).isEmpty();
    }

    @Test
    void aCrashInAnyCallOfARepairBringsNothingBackAndTheNextOneEndsIt() throws Exception {
        System.out.println("seed " + SEED);
        CopyingBroker first = compacted(disk);
        rot(first, disk, 0);
        first.directory.close(1);
        disk.settle();
        Map<String, String> latest = latest(leader.log);
        List<String> whole = records(leader.log);
        long crashes =
                CrashAfterEveryCall.run(
                        SEED,
                        seed -> damagedDisk(seed, whole.size()),
                        on -> scrubber(new CopyingBroker(on, COMPACT)).round(ReadPace.FULL),
                        (on, call) -> {
                            CopyingBroker found = new CopyingBroker(on, COMPACT);
                            assertThat(latest(found.log())).doesNotContainKey("ghost");
                            Scrubber again = scrubber(found);
                            again.round(ReadPace.FULL);
                            assertThat(again.counters().standing()).isEmpty();
                            assertThat(latest(found.log())).isEqualTo(latest);
                            assertThat(on.list(found.log().directory()))
                                    .noneMatch(name -> name.contains(".swap"))
                                    .noneMatch(name -> name.contains(".cleaned"));
                        });
        assertThat(crashes).isGreaterThan(50);
    }

    /** The same log on another disk: it is copied from a leader that has everything. */
    private SimulatedDisk damagedDisk(long seed, int recordCount) {
        try {
            SimulatedDisk other = new SimulatedDisk(seed);
            CopyingBroker broker = new CopyingBroker(other, COMPACT);
            LogCleaner cleaner = cleaner(broker.directory, other);
            for (int end : List.of(26, 38, recordCount)) {
                LogLeader part = new LogLeader().after(leader, end);
                broker.follow(1);
                broker.copy(part, 400);
                if (end < recordCount) {
                    clean(cleaner, broker.log());
                }
            }
            broker.log().flush();
            rot(broker, other, 0);
            broker.directory.close(1);
            other.settle();
            return other;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
