package io.headrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.broker.disk.DiskFullException;
import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.broker.log.ReadOutcome.Found;
import io.headrace.broker.log.TestBatches.Stored;
import io.headrace.model.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LogFaultsTest {

    private static final String LONG = "x".repeat(100);

    private SimulatedDisk disk = new SimulatedDisk(1);
    private TestLog test;

    @BeforeEach
    void openALog() throws IOException {
        disk = new SimulatedDisk(1);
        test = new TestLog(disk, Path.of("/data"), TestLog.SMALL);
    }

    private AppendOutcome tryAppend(String value) {
        return test.log.append(TestBatches.one(test.clock.nowMs(), value), 0);
    }

    private static ErrorCode code(AppendOutcome outcome) {
        return outcome instanceof AppendOutcome.Refused refused ? refused.code() : ErrorCode.NONE;
    }

    @Test
    void aFailedFsyncTakesTheDirectoryOfflineAndIsNeverRetried() throws Exception {
        test.append("a");
        List<FlushOutcome> outcomes = new ArrayList<>();
        disk.failForces(path -> path.toString().endsWith(".log"), 1);
        test.log.whenFlushed(1, outcomes::add);
        assertThat(outcomes).isEmpty();
        test.directory.runFlushes();
        assertThat(outcomes).singleElement().isInstanceOf(FlushOutcome.Failed.class);
        assertThat(test.failures).hasSize(1);
        assertThat(code(tryAppend("b"))).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(test.log.flush()).isInstanceOf(FlushOutcome.Failed.class);
        assertThat(test.log.recoveryPoint()).isZero();
        test.directory.close(3);
        assertThat(disk.exists(test.path.resolve(CleanShutdownMarker.NAME))).isFalse();
    }

    @Test
    void aFailedWriteTakesTheDirectoryOffline() {
        test.append("a");
        disk.failWrites(path -> path.toString().endsWith(".log"), 1);
        assertThat(code(tryAppend("b"))).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(code(tryAppend("c"))).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(test.directory.isOffline()).isTrue();
        assertThat(test.log.logEndOffset()).isEqualTo(1);
    }

    @Test
    void aFullDiskStopsAppendsOnlyUntilSpaceReturns() throws Exception {
        test.append("a");
        disk.capacity(used() + 40);
        assertThat(code(tryAppend(LONG))).isEqualTo(ErrorCode.DISK_NEARLY_FULL);
        assertThat(code(tryAppend("b"))).isEqualTo(ErrorCode.DISK_NEARLY_FULL);
        assertThat(test.values()).containsExactly("a");
        assertThat(test.failures).isEmpty();
        disk.capacity(Long.MAX_VALUE);
        test.clock.advance(Duration.ofSeconds(1));
        assertThat(test.append("c")).isEqualTo(1);
        assertThat(test.values()).containsExactly("a", "c");
        test.killAndReopen();
        assertThat(test.values()).containsExactly("a", "c");
    }

    @Test
    void aLeaderEpochThatCannotBeSavedTakesTheDirectoryOffline() throws Exception {
        test.append("a");
        test.log.beginLeaderEpoch(5);
        disk.failForces(path -> path.toString().contains("leader-epoch-checkpoint"), 1);
        assertThat(test.log.flush()).isInstanceOf(FlushOutcome.Failed.class);
        assertThat(test.log.recoveryPoint()).isZero();
        assertThat(test.directory.isOffline()).isTrue();
        assertThat(test.failures).hasSize(1);
        assertThat(code(tryAppend("b"))).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
    }

    @Test
    void aLogStartThatCannotBeWrittenDownTakesTheDirectoryOffline() throws Exception {
        test.append("a");
        test.append("b");
        disk.failWrites(path -> path.toString().contains("log-start-offset-checkpoint"), 1);
        assertThatThrownBy(() -> test.log.deleteRecordsBefore(1)).isInstanceOf(IOException.class);
        assertThat(test.directory.isOffline()).isTrue();
        assertThat(test.failures).hasSize(1);
        assertThat(code(tryAppend("c"))).isEqualTo(ErrorCode.KAFKA_STORAGE_ERROR);
        assertThat(test.log.read(0, 100, Long.MAX_VALUE, true))
                .isInstanceOf(ReadOutcome.Failed.class);
    }

    @Test
    void aFullDiskFailsAFlushOfALeaderEpochAndADeletionAndLeavesTheDirectoryOnline()
            throws Exception {
        test.append("a");
        test.append("b");
        test.log.beginLeaderEpoch(5);
        disk.capacity(used());
        assertThat(test.log.flush())
                .isInstanceOfSatisfying(
                        FlushOutcome.Failed.class,
                        failed -> assertThat(failed.code()).isEqualTo(ErrorCode.DISK_NEARLY_FULL));
        assertThatThrownBy(() -> test.log.deleteRecordsBefore(1))
                .isInstanceOf(DiskFullException.class);
        assertThat(test.directory.isOffline()).isFalse();
        disk.capacity(Long.MAX_VALUE);
        assertThat(test.log.deleteRecordsBefore(1)).isEqualTo(1);
        test.clock.advance(Duration.ofSeconds(1));
        test.append("c");
        test.killAndReopen();
        assertThat(test.log.logStartOffset()).isEqualTo(1);
        assertThat(test.log.latestLeaderEpoch()).isEqualTo(5);
    }

    private long used() {
        disk.capacity(1L << 40);
        return (1L << 40) - disk.usableBytes(test.path);
    }

    @Test
    void theReserveRefusesAppendsBeforeTheDiskIsFullAndOpensWithHysteresis() throws Exception {
        long used = used();
        DiskReserve reserve = new DiskReserve(disk, test.path, 1000, test.clock.clock().nanoTime());
        assertThat(reserve.admits(1)).isTrue();
        disk.capacity(used + 999);
        assertThat(reserve.admits(1)).as("asked too early").isTrue();
        test.clock.advance(Duration.ofMillis(200));
        assertThat(reserve.admits(1)).isFalse();
        disk.capacity(used + 1050);
        test.clock.advance(Duration.ofMillis(200));
        assertThat(reserve.admits(1)).as("inside the hysteresis").isFalse();
        disk.capacity(used + 1100);
        test.clock.advance(Duration.ofMillis(200));
        assertThat(reserve.admits(1)).isTrue();
        disk.capacity(used + 10);
        assertThat(reserve.admits(DiskReserve.BYTES_BETWEEN_CHECKS)).isFalse();
    }

    @Test
    void oneFsyncServesAllWhoWait() throws Exception {
        AtomicInteger forces = new AtomicInteger();
        List<FlushOutcome> outcomes = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            test.append("v" + i);
            test.log.whenFlushed(i + 1, outcomes::add);
        }
        disk.beforeForce(path -> forces.addAndGet(path.toString().endsWith(".log") ? 1 : 0));
        test.directory.runFlushes();
        assertThat(outcomes).hasSize(10).allMatch(o -> o instanceof FlushOutcome.Flushed);
        assertThat(forces).hasValue(1);
        assertThat(test.log.recoveryPoint()).isEqualTo(10);
    }

    @Test
    void aWaiterWhoseRecordsWereTruncatedIsTold() throws Exception {
        test.append("a");
        test.append("b");
        List<FlushOutcome> outcomes = new ArrayList<>();
        test.log.whenFlushed(2, outcomes::add);
        test.log.truncateTo(1);
        test.directory.runFlushes();
        assertThat(outcomes).singleElement().isInstanceOf(FlushOutcome.Failed.class);
    }

    @Test
    void aHeldSliceKeepsItsBytesWhenItsSegmentIsDeleted() throws Exception {
        for (int i = 0; i < 30; i++) {
            test.append("v" + i + LONG);
        }
        try (LogSlice slice = slice(0)) {
            test.log.deleteRecordsBefore(25);
            assertThat(test.log.retain()).isPositive();
            test.clock.advance(Duration.ofDays(1));
            test.log.deleteDueFiles();
            assertThat(TestBatches.records(slice, 0).getFirst().value()).isEqualTo("v0" + LONG);
        }
        assertThat(disk.list(test.partitionPath())).noneMatch(n -> n.endsWith(".deleted"));
        assertThat(disk.exists(test.file(0, SegmentName.LOG))).isFalse();
    }

    @Test
    void aHeldSliceKeepsItsBytesWhenTheLogIsTruncatedAndWrittenAgain() throws Exception {
        for (int i = 0; i < 5; i++) {
            test.append("old" + i);
        }
        try (LogSlice slice = slice(0)) {
            List<Stored> before = TestBatches.records(slice, 0);
            assertThat(test.log.truncateTo(2)).isEqualTo(2);
            test.append("new2");
            test.append("new3");
            assertThat(TestBatches.records(slice, 0)).isEqualTo(before);
        }
        assertThat(test.values()).containsExactly("old0", "old1", "new2", "new3");
        test.killAndReopen();
        assertThat(test.values()).containsExactly("old0", "old1", "new2", "new3");
    }

    private LogSlice slice(long offset) {
        if (test.log.read(offset, 100_000, Long.MAX_VALUE, true) instanceof Found(LogSlice slice)) {
            return slice;
        }
        throw new AssertionError("nothing at " + offset);
    }
}
