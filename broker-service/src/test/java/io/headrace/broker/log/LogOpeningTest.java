package io.headrace.broker.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.DiskFile;
import io.headrace.broker.disk.RealDisk;
import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.broker.disk.Unflushed;
import io.headrace.broker.log.TestBatches.Stored;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogOpeningTest {

    private static final LogSpec ORDERS =
            new LogSpec(TestLog.PARTITION, TestLog.TOPIC, TestLog.SMALL);

    private SimulatedDisk disk = new SimulatedDisk(1);
    private TestLog test;

    @BeforeEach
    void openALog() throws IOException {
        disk = new SimulatedDisk(1);
        test = new TestLog(disk, Path.of("/data"), TestLog.SMALL);
    }

    private LogDirectory reopened() throws IOException {
        return LogDirectory.open(
                LogDirectorySettings.of(test.path, "cluster", 1).withReserveBytes(0),
                disk,
                test.clock.clock(),
                (path, failure) -> test.failures.add(failure));
    }

    private static LogSpec spec(int partition) {
        return new LogSpec(new TopicPartition("many", partition), new TopicId(7, 7), TestLog.SMALL);
    }

    @Test
    void aPowerFailureBeforeTheFirstFlushLeavesNoLogClosed() throws Exception {
        for (int seed = 1; seed <= 20; seed++) {
            disk = new SimulatedDisk(seed);
            test = new TestLog(disk, Path.of("/data"), TestLog.SMALL);
            test.append("a");
            test.log.flush();
            for (int p = 0; p < 4; p++) {
                if (test.directory.open(spec(p)) instanceof OpenOutcome.Opened(PartitionLog log)) {
                    log.append(TestBatches.one(1, "b"), 0);
                }
            }
            disk.crash(Unflushed.TORN);
            disk.restart();
            LogDirectory directory = reopened();
            assertThat(directory.open(ORDERS))
                    .isInstanceOfSatisfying(
                            OpenOutcome.Opened.class,
                            opened -> assertThat(opened.log().logEndOffset()).isOne());
            for (int p = 0; p < 4; p++) {
                assertThat(directory.open(spec(p))).isInstanceOf(OpenOutcome.Opened.class);
            }
            assertThat(directory.found()).allMatch(found -> found.topicId().isPresent());
        }
    }

    @Test
    void damagedMetadataKeepsOnePartitionClosedAndTheDirectoryOnline() throws Exception {
        test.append("a");
        test.directory.open(spec(0));
        test.directory.close(1);
        Path metadata = test.partitionPath().resolve(PartitionDirectories.METADATA);
        for (String damage : List.of("version: 0\n", "version: 0\ntopic_id: ???\n", "")) {
            try (DiskFile file = disk.open(metadata)) {
                file.truncate(0);
                file.write(ByteBuffer.wrap(damage.getBytes(UTF_8)), 0);
            }
            LogDirectory directory = reopened();
            assertThat(directory.found())
                    .extracting(found -> found.topicId().isPresent())
                    .containsExactlyInAnyOrder(true, false);
            assertThat(directory.open(ORDERS))
                    .isInstanceOfSatisfying(
                            OpenOutcome.Refused.class,
                            refused -> {
                                assertThat(refused.code()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
                                assertThat(refused.text()).contains("orders-0", "is damaged");
                                assertThat(refused.isDamaged()).isTrue();
                            });
            assertThat(directory.open(spec(0))).isInstanceOf(OpenOutcome.Opened.class);
            assertThat(directory.isOffline()).isFalse();
            assertThat(new String(disk.bytes(metadata), UTF_8))
                    .as("left as it is for whoever repairs it")
                    .isEqualTo(damage);
            directory.close(1);
        }
        assertThat(test.failures).isEmpty();
    }

    @Test
    void damagedFilesThatAreKeptAsideLeaveRoomForAnEmptyLogAndAreNeverPurged() throws Exception {
        test.append("a");
        byte[] segment = disk.bytes(test.file(0, SegmentName.LOG));
        test.directory.close(1);
        Path metadata = test.partitionPath().resolve(PartitionDirectories.METADATA);
        try (DiskFile file = disk.open(metadata)) {
            file.truncate(0);
        }
        LogDirectory directory = reopened();
        String name = directory.keepAside(ORDERS.partition());
        OpenOutcome.Opened opened = (OpenOutcome.Opened) directory.open(ORDERS);
        assertThat(opened.log().logEndOffset()).isZero();
        assertThatThrownBy(() -> directory.keepAside(ORDERS.partition()))
                .isInstanceOf(IllegalStateException.class);
        assertThat(directory.deleted()).isEmpty();
        assertThat(directory.found()).hasSize(1);
        Path kept = directory.settings().path().resolve(name);
        assertThat(disk.bytes(SegmentName.in(kept, 0, SegmentName.LOG))).isEqualTo(segment);
    }

    @Test
    void aByteThatCannotBeReadKeepsOnePartitionClosedAndTheDirectoryOnline() throws Exception {
        test.append("a");
        test.directory.open(spec(0));
        Path segment = test.file(0, SegmentName.LOG);
        test.directory.abandon();
        disk.unreadable(segment, 3);
        LogDirectory directory = reopened();
        assertThat(directory.open(ORDERS))
                .isInstanceOfSatisfying(
                        OpenOutcome.Refused.class,
                        refused -> {
                            assertThat(refused.code()).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
                            assertThat(refused.isDamaged()).isTrue();
                        });
        assertThat(directory.open(spec(0))).isInstanceOf(OpenOutcome.Opened.class);
        assertThat(directory.isOffline()).isFalse();
    }

    @Test
    void anErrorOfTheDeviceWhileALogIsOpenedTakesTheDirectoryOffline() throws Exception {
        test.append("a");
        test.log.close(false);
        test.directory.abandon();
        try (DiskFile file = disk.open(test.file(0, SegmentName.LOG))) {
            file.write(ByteBuffer.wrap(new byte[7]), file.size()); // cutting them off is forced
        }
        LogDirectory directory = reopened();
        disk.failForces(path -> path.toString().endsWith(".log"), 1);
        assertThat(directory.open(ORDERS)).isInstanceOf(OpenOutcome.Refused.class);
        assertThat(directory.isOffline()).isTrue();
        assertThat(test.failures).hasSize(1);
        assertThat(directory.open(spec(0))).isInstanceOf(OpenOutcome.Refused.class);
    }

    @Test
    void opensManyLogsInParallelAfterAKill() throws Exception {
        int count = 40;
        List<LogSpec> specs = new ArrayList<>();
        for (int p = 0; p < count; p++) {
            specs.add(spec(p));
        }
        Map<TopicPartition, OpenOutcome> created = test.directory.openAll(specs);
        assertThat(created).hasSize(count);
        for (int p = 0; p < count; p++) {
            PartitionLog log = test.directory.log(spec(p).partition()).orElseThrow();
            log.append(TestBatches.one(1, "of " + p), 0);
            log.close(false);
        }
        test.log.close(false);
        test.directory.abandon();
        LogDirectory directory = reopened();
        Map<TopicPartition, OpenOutcome> opened = directory.openAll(specs);
        assertThat(opened).hasSize(count);
        for (int p = 0; p < count; p++) {
            PartitionLog log = directory.log(spec(p).partition()).orElseThrow();
            assertThat(opened.get(spec(p).partition())).isEqualTo(new OpenOutcome.Opened(log));
            assertThat(TestBatches.readAll(log, 0, 1000))
                    .containsExactly(new Stored(0, 1, "of " + p));
        }
        directory.close(1);
        assertThat(test.failures).isEmpty();
    }

    @Test
    void aLogThatNobodyReadsKeepsOneFileOpenAndASoundOneIsNotForced(@TempDir Path path)
            throws Exception {
        Disk real = new RealDisk();
        TestLog first = new TestLog(real, path, TestLog.SMALL);
        for (int i = 0; i < 100; i++) {
            first.append("record " + i);
        }
        int sealed = first.log.segments().size() - 1;
        first.log.close(false);
        first.directory.abandon();
        LogDirectory directory =
                LogDirectory.open(
                        LogDirectorySettings.of(path, "cluster", 1).withReserveBytes(0),
                        real,
                        test.clock.clock(),
                        (_, failure) -> test.failures.add(failure));
        assertThat(directory.open(ORDERS)).isInstanceOf(OpenOutcome.Opened.class);
        assertThat(sealed).isPositive();
        assertThat(openFiles(path)).allMatch(name -> name.endsWith(SegmentName.LOG));
        PartitionLog log = directory.log(ORDERS.partition()).orElseThrow();
        assertThat(log.recoveryPoint()).isPositive().isLessThan(100);
        assertThat(TestBatches.readAll(log, 0, 100_000)).hasSize(100);
        directory.close(1);
        assertThat(openFiles(path)).isEmpty();
    }

    /** Of partitions below the folder. */
    private static List<String> openFiles(Path folder) throws IOException {
        List<String> names = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            for (Path file : files.toList()) {
                if (Files.isSymbolicLink(file)) {
                    Path target = Files.readSymbolicLink(file);
                    if (target.startsWith(folder.resolve(ORDERS.partition().toString()))) {
                        names.add(target.toString());
                    }
                }
            }
        }
        return names;
    }
}
