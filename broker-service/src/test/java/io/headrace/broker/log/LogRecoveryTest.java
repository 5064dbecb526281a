package io.headrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.disk.DiskFile;
import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.broker.disk.WholeFile;
import io.headrace.broker.log.epoch.EpochStart;
import io.headrace.broker.log.epoch.LeaderEpochs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class LogRecoveryTest {

    private static final int COUNT = 40;

    private SimulatedDisk disk = new SimulatedDisk(1);
    private TestLog test;

    @BeforeEach
    void fillALog() throws IOException {
        disk = new SimulatedDisk(1);
        test = new TestLog(disk, Path.of("/data"), TestLog.SMALL);
        for (int i = 0; i < COUNT; i++) {
            assertThat(test.log.append(TestBatches.one(1000 + i, value(i)), i / 10))
                    .isInstanceOf(AppendOutcome.Appended.class);
        }
        assertThat(test.log.segmentCount()).isGreaterThan(2);
    }

    private static String value(int i) {
        return "value-" + i + "x".repeat(60);
    }

    private static List<String> values(int from, int to) {
        return IntStream.range(from, to).mapToObj(LogRecoveryTest::value).toList();
    }

    enum Tail {
        TORN,
        GARBAGE,
        ZEROS,
        FLIPPED_BIT,
        REPEATED_BATCH,
        HALF_HEADER
    }

    @ParameterizedTest
    @EnumSource(Tail.class)
    void aBadTailIsCutAtTheFirstBadBatch(Tail tail) throws Exception {
        long base = test.log.state().segments.active().baseOffset();
        int kept = damage(tail, test.file(base, SegmentName.LOG));
        test.killAndReopen();
        assertThat(test.values()).isEqualTo(values(0, kept));
        assertThat(test.log.logEndOffset()).isEqualTo(kept);
        assertThat(test.append("next")).isEqualTo(kept);
        test.closeAndReopen();
        assertThat(test.log.logEndOffset()).isEqualTo(kept + 1);
    }

    private int damage(Tail tail, Path file) throws IOException {
        try (DiskFile log = disk.open(file)) {
            long size = log.size();
            int batch = TestBatches.one(1, value(39)).remaining();
            switch (tail) {
                case TORN -> log.truncate(size - 7);
                case GARBAGE ->
                        log.write(
                                ByteBuffer.wrap(
                                        "not a batch"
                                                .repeat(30)
                                                .getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                                size);
                case ZEROS -> log.write(ByteBuffer.allocate(5000), size);
                case FLIPPED_BIT -> disk.flipBit(file, size - 3, 1);
                case HALF_HEADER -> log.write(ByteBuffer.allocate(13), size);
                case REPEATED_BATCH -> {
                    ByteBuffer last = ByteBuffer.allocate(batch);
                    log.read(last, size - batch);
                    log.write(last.flip(), size);
                }
            }
            return tail == Tail.TORN || tail == Tail.FLIPPED_BIT ? COUNT - 1 : COUNT;
        }
    }

    @Test
    void segmentsBehindADamagedOneAreSetAsideNotDestroyed() throws Exception {
        long base = test.log.state().segments.get(1).baseOffset();
        long next = test.log.state().segments.get(2).baseOffset();
        disk.flipBit(test.file(base, SegmentName.LOG), 100, 2);
        test.killAndReopen();
        assertThat(test.values()).isEqualTo(values(0, (int) base));
        assertThat(disk.list(test.partitionPath()))
                .contains(SegmentName.of(next, ".log.damaged"))
                .doesNotContain(SegmentName.of(next, ".log"));
    }

    @ParameterizedTest(name = "{0} {1} after a clean stop: {2}")
    @CsvSource({
        ".index,delete,true",
        ".index,truncate,true",
        ".index,zeros,true",
        ".index,odd,true",
        ".index,garbage,true",
        ".index,lastSign,true",
        ".timeindex,delete,true",
        ".timeindex,truncate,true",
        ".timeindex,zeros,true",
        ".timeindex,odd,true",
        ".timeindex,garbage,true",
        ".timeindex,lastSign,true",
        ".index,delete,false",
        ".index,garbage,false",
        ".timeindex,delete,false",
        ".timeindex,garbage,false",
    })
    void badIndexesAreRebuilt(String suffix, String damage, boolean isClean) throws Exception {
        List<Long> bases = new ArrayList<>();
        test.log.state().segments.asList().forEach(s -> bases.add(s.baseOffset()));
        test.log.flush();
        test.directory.close(1);
        if (!isClean) {
            disk.delete(test.path.resolve(CleanShutdownMarker.NAME));
        }
        for (long base : bases) {
            damage(test.file(base, suffix), damage);
        }
        test.reopen();
        for (int i = 0; i < COUNT; i++) {
            assertThat(test.log.offsetForTimestamp(1000 + i, Long.MAX_VALUE))
                    .isEqualTo(new TimeLookup.Found(new OffsetAndTime(i, 1000 + i, i / 10)));
            assertThat(TestBatches.readAll(test.log, i, 300)).hasSize(COUNT - i);
        }
        assertThat(test.append("next")).isEqualTo(COUNT);
    }

    private static void flipSign(DiskFile index, long position) throws IOException {
        if (position < 0) {
            return; // without entries
        }
        ByteBuffer value = ByteBuffer.allocate(Integer.BYTES);
        index.read(value, position);
        index.write(value.flip().putInt(0, value.getInt(0) ^ Integer.MIN_VALUE), position);
    }

    private void damage(Path file, String damage) throws IOException {
        if (damage.equals("delete")) {
            disk.delete(file);
            return;
        }
        try (DiskFile index = disk.open(file)) {
            long size = index.size();
            switch (damage) {
                case "truncate" -> index.truncate(0);
                case "zeros" -> index.write(ByteBuffer.allocate((int) size + 24), 0);
                case "odd" -> index.write(ByteBuffer.allocate(5), size);
                case "lastSign" -> flipSign(index, size - Integer.BYTES);
                default -> {
                    byte[] bytes = new byte[(int) size];
                    new java.util.Random(5).nextBytes(bytes);
                    index.write(ByteBuffer.wrap(bytes), 0);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"delete", "garbage"})
    void leaderEpochsAreRebuiltFromTheBatches(String damage) throws Exception {
        List<EpochStart> epochs = test.log.leaderEpochs();
        assertThat(epochs).hasSize(4);
        Path file = test.partitionPath().resolve(LeaderEpochs.FILE_NAME);
        if (damage.equals("delete")) {
            disk.delete(file);
        } else {
            WholeFile.replace(disk, file, "0\n9\nnonsense\n");
        }
        test.closeAndReopen();
        assertThat(test.log.leaderEpochs()).isEqualTo(epochs);
    }

    @Test
    void leftoversOfAnInterruptedOperationGo() throws Exception {
        for (String name :
                List.of(
                        "00000000000000000000.log.deleted",
                        "00000000000000000005.log.cleaned",
                        "x.tmp")) {
            disk.open(test.partitionPath().resolve(name)).close();
        }
        test.closeAndReopen();
        assertThat(disk.list(test.partitionPath()))
                .noneMatch(
                        name ->
                                name.endsWith(".deleted")
                                        || name.endsWith(".cleaned")
                                        || name.endsWith(".tmp"));
        assertThat(test.values()).isEqualTo(values(0, COUNT));
    }

    @Test
    void aFinishedSwapIsCompleted() throws Exception {
        Segment first = test.log.state().segments.first();
        byte[] bytes = disk.bytes(first.path(SegmentName.LOG));
        test.directory.close(1);
        try (DiskFile swap = disk.open(test.file(0, ".log.swap"))) {
            swap.write(ByteBuffer.wrap(bytes), 0);
        }
        disk.delete(test.file(0, ".log"));
        test.reopen();
        assertThat(test.values()).isEqualTo(values(0, COUNT));
    }

    @Test
    void logStartAboveTheLogEndStartsOver() throws Exception {
        test.directory.close(1);
        WholeFile.replace(
                disk, test.path.resolve(OffsetCheckpoint.LOG_START), "0\n1\norders 0 100\n");
        test.reopen();
        assertThat(test.log.logStartOffset()).isEqualTo(100);
        assertThat(test.append("next")).isEqualTo(100);
    }
}
