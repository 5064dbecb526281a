package io.headrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.disk.DiskFullException;
import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.broker.log.ReadOutcome.Found;
import io.headrace.broker.log.TestBatches.Stored;
import io.headrace.broker.log.epoch.EpochStart;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogTruncationFullDiskTest {

    private static final long ROOMY = 1L << 40;
    private static final int RECORDS = 40;

    private final SimulatedDisk disk = new SimulatedDisk(1);

    /** Many segments, two leader epochs. */
    private TestLog filled(boolean isFlushed) throws Exception {
        TestLog test = new TestLog(disk, Path.of("/data"), TestLog.SMALL);
        for (int i = 0; i < RECORDS; i++) {
            int leaderEpoch = i < RECORDS - 2 ? 1 : 2;
            test.log.append(TestBatches.one(test.clock.nowMs(), i + "x".repeat(100)), leaderEpoch);
        }
        if (isFlushed) {
            test.log.flush();
            test.directory.saveCheckpoints();
        }
        disk.capacity(ROOMY);
        return test;
    }

    @ParameterizedTest
    @CsvSource({"true,true", "true,false", "false,true", "false,false"})
    void aTruncationWithoutSpaceLeavesTheLogAsItWasUntilThereIsSome(
            boolean isFlushed, boolean isHeld) throws Exception {
        TestLog test = filled(isFlushed);
        int offset = RECORDS - 4;
        List<Stored> before = test.readAll();
        List<EpochStart> epochs = test.log.leaderEpochs();
        long used = ROOMY - disk.usableBytes(test.path);
        LogSlice slice = isHeld ? slice(test, offset) : null;
        List<Stored> held = slice == null ? List.of() : TestBatches.records(slice, offset);
        int refusals = 0;
        for (long free = 0; test.log.logEndOffset() == RECORDS; free += 13) {
            disk.capacity(used + free);
            try {
                test.log.truncateTo(offset);
            } catch (DiskFullException e) {
                refusals++;
                assertThat(test.readAll()).isEqualTo(before);
                assertThat(test.log.leaderEpochs()).isEqualTo(epochs);
                assertThat(disk.list(test.partitionPath())).noneMatch(n -> n.endsWith(".cleaned"));
            }
            assertThat(test.directory.isOffline()).isFalse();
        }
        disk.capacity(ROOMY);
        assertThat(refusals).isPositive();
        assertThat(test.log.isOffline()).isFalse();
        if (slice != null) {
            assertThat(TestBatches.records(slice, offset)).isEqualTo(held);
            slice.close();
        }
        assertThat(test.readAll()).isEqualTo(before.subList(0, offset));
        assertThat(test.log.leaderEpochs()).containsExactly(new EpochStart(1, 0));
        test.clock.advance(Duration.ofSeconds(1));
        assertThat(test.append("new")).isEqualTo(offset);
        test.killAndReopen();
        assertThat(test.readAll()).hasSize(offset + 1).startsWith(before.getFirst());
        assertThat(test.values()).endsWith("new");
    }

    private static LogSlice slice(TestLog test, long offset) {
        if (test.log.read(offset, 100_000, Long.MAX_VALUE, true) instanceof Found(LogSlice slice)) {
            return slice;
        }
        throw new AssertionError("nothing at " + offset);
    }
}
