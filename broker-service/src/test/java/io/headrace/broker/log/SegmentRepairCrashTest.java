package io.headrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.disk.CrashAfterEveryCall;
import io.headrace.broker.disk.SimulatedDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Power is lost in every single disk call of a repair; the log is the old one or the mended one.
 */
class SegmentRepairCrashTest {

    private static final Path ROOT = Path.of("/data");
    private static final int RECORDS = 40;

    private final List<byte[]> sound = new ArrayList<>();

    @Test
    void aRepairIsDoneOrNotWheneverThePowerFails() throws Exception {
        long crashes =
                CrashAfterEveryCall.run(
                        1,
                        seed -> damaged(seed, 1),
                        disk -> repair(new TestLog(disk, ROOT, TestLog.SMALL)),
                        this::checkAndRepair);
        assertThat(crashes).isGreaterThan(10);
    }

    @Test
    void anActiveSegmentThatIsDamagedIsSealedOrNotWheneverThePowerFails() throws Exception {
        long crashes =
                CrashAfterEveryCall.run(
                        1,
                        seed -> damaged(seed, 0),
                        disk -> {
                            TestLog test = new TestLog(disk, ROOT, TestLog.SMALL);
                            test.log.sealedSegments().sealIfDamaged(ReadPace.FULL);
                            repair(test);
                        },
                        this::checkAndRepair);
        assertThat(crashes).isGreaterThan(10);
    }

    /**
     * @param fromTheEnd which of its segments; 0 is the active one
     */
    private SimulatedDisk damaged(long seed, int fromTheEnd) {
        SimulatedDisk disk = new SimulatedDisk(seed);
        try {
            TestLog test = new TestLog(disk, ROOT, TestLog.SMALL);
            for (int i = 0; i < RECORDS; i++) {
                test.append("v" + i + "-" + "x".repeat(150));
            }
            assertThat(test.log.flush()).isInstanceOf(FlushOutcome.Flushed.class);
            List<Segment> segments = test.log.state().segments.asList();
            sound.clear();
            for (Segment segment : segments) {
                sound.add(disk.bytes(test.file(segment.baseOffset(), SegmentName.LOG)));
            }
            long base = segments.get(segments.size() - 1 - fromTheEnd).baseOffset();
            test.directory.saveCheckpoints();
            test.directory.close(7);
            disk.settle();
            disk.flipBit(test.file(base, SegmentName.LOG), 200, 3);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return disk;
    }

    private void repair(TestLog test) throws IOException {
        LogSegments segments = test.log.sealedSegments();
        for (SealedSegment segment : segments.sealed()) {
            if (segments.check(segment, ReadPace.FULL).isEmpty()) {
                continue;
            }
            try (SegmentRewrite rewrite = segments.rewrite(segment)) {
                for (byte[] bytes : sound) {
                    assertThat(rewrite.add(ByteBuffer.wrap(bytes))).isEmpty();
                }
                assertThat(rewrite.finish()).isTrue();
            }
        }
    }

    /** Nothing but the damaged batch is missing, and another repair ends what this one began. */
    private void checkAndRepair(SimulatedDisk disk, long call) throws IOException {
        TestLog test = new TestLog(disk, ROOT, TestLog.SMALL);
        assertThat(test.failures).isEmpty();
        if (test.log.logEndOffset() < RECORDS) {
            // An unclean start reads what no recovery point covers, and cuts at the damage.
            assertThat(test.log.logEndOffset()).isGreaterThanOrEqualTo(test.log.recoveryPoint());
            return;
        }
        test.log.sealedSegments().sealIfDamaged(ReadPace.FULL);
        repair(test);
        assertThat(test.values()).hasSize(RECORDS);
        assertThat(disk.list(test.partitionPath())).noneMatch(name -> name.contains(".repaired"));
    }
}
