package io.headrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.model.cluster.PartialProof;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A byte of a file beside the records cannot be read any more: the records are there. */
class UnreadableFilesTest {

    private static final int RECORDS = 200;

    private final SimulatedDisk disk = new SimulatedDisk(1);
    private TestLog test;

    @BeforeEach
    void write() throws IOException {
        test = new TestLog(disk, Path.of("/data"), TestLog.SMALL);
        test.log.beginLeaderEpoch(3);
        for (int i = 0; i < RECORDS; i++) {
            test.append("value-" + i);
        }
        assertThat(test.log.segmentCount()).isGreaterThan(3);
    }

    private void assertWhole() throws IOException {
        assertThat(test.log.logEndOffset()).isEqualTo(RECORDS);
        for (long offset = 0; offset < RECORDS; offset++) {
            assertThat(test.log.read(offset, 1, Long.MAX_VALUE, true))
                    .isInstanceOfSatisfying(
                            ReadOutcome.Found.class, found -> found.slice().close());
        }
        assertThat(test.values()).hasSize(RECORDS);
        assertThat(test.append("one more")).isEqualTo(RECORDS);
        assertThat(test.failures).isEmpty();
    }

    private void makeUnreadable(Path file) throws IOException {
        disk.unreadable(file, disk.bytes(file).length / 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {SegmentName.INDEX, SegmentName.TIME_INDEX})
    void anIndexIsRebuilt(String suffix) throws Exception {
        long sealed = test.log.segments().get(1).baseOffset();
        long active = test.log.segments().getLast().baseOffset();
        test.directory.close(7);
        makeUnreadable(test.file(sealed, suffix));
        makeUnreadable(test.file(active, suffix));
        test.reopen();
        assertThat(test.directory.cleanBrokerEpoch()).hasValue(7);
        assertWhole();
    }

    @Test
    void theIndexOfASealedSegmentIsRebuiltWhileTheBrokerRuns() throws Exception {
        test.closeAndReopen();
        long sealed = test.log.segments().get(1).baseOffset();
        assertThat(test.log.offsetForTimestamp(test.clock.nowMs(), Long.MAX_VALUE))
                .isInstanceOf(TimeLookup.class);
        makeUnreadable(test.file(sealed, SegmentName.INDEX));
        makeUnreadable(test.file(sealed, SegmentName.TIME_INDEX));
        assertWhole();
        assertThat(disk.isReadable(test.file(sealed, SegmentName.INDEX))).isTrue();
        test.log.retain();
        assertThat(test.log.sealedSegments().sealed()).isNotEmpty();
        assertThat(test.failures).isEmpty();
    }

    @Test
    void aTruncationNeedsNoIndexThatCanBeRead() throws Exception {
        test.closeAndReopen();
        long active = test.log.segments().getLast().baseOffset();
        makeUnreadable(test.file(active, SegmentName.INDEX));
        assertThat(test.log.truncateTo(active + 3)).isEqualTo(active + 3);
        assertThat(test.values()).hasSize(Math.toIntExact(active + 3));
        assertThat(test.failures).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                OffsetCheckpoint.RECOVERY_POINT,
                OffsetCheckpoint.LOG_START,
                OffsetCheckpoint.HIGH_WATERMARK,
                OffsetCheckpoint.CLEANER,
                OffsetCheckpoint.CLEAN_LENGTH,
            })
    void aCheckpointCountsAsMissing(String name) throws Exception {
        test.log.sealedSegments().cleanedTo(0);
        for (boolean isClean : new boolean[] {true, false}) {
            test.directory.saveCheckpoints();
            if (isClean) {
                test.directory.close(7);
            } else {
                test.log.close(false);
                test.directory.abandon();
            }
            makeUnreadable(test.path.resolve(name));
            test.reopen();
            assertThat(test.values()).hasSize(RECORDS);
            assertThat(test.directory.cleanBrokerEpoch().isPresent()).isEqualTo(isClean);
        }
        assertWhole();
    }

    @Test
    void theMarkerOfACleanStopProvesNothing() throws Exception {
        test.directory.close(7);
        makeUnreadable(test.path.resolve(CleanShutdownMarker.NAME));
        test.reopen();
        assertThat(test.directory.cleanBrokerEpoch()).isEmpty();
        assertThat(test.directory.partialProof()).isEmpty();
        assertWhole();
    }

    @Test
    void leaderEpochsAreFoundInTheBatches() throws Exception {
        test.directory.close(7);
        makeUnreadable(test.partitionPath().resolve("leader-epoch-checkpoint"));
        test.reopen();
        assertThat(test.log.latestLeaderEpoch()).isEqualTo(3);
        assertWhole();
    }

    @Test
    void whoseTopicALogIsOfIsNotGuessedAndNothingIsProvenOfIt() throws Exception {
        test.directory.close(7);
        makeUnreadable(test.partitionPath().resolve("partition.metadata"));
        LogDirectory directory =
                LogDirectory.open(
                        LogDirectorySettings.of(test.path, "cluster", 1).withReserveBytes(0),
                        disk,
                        test.clock.clock(),
                        (path, failure) -> test.failures.add(failure));
        assertThat(directory.found())
                .singleElement()
                .satisfies(found -> assertThat(found.topicId()).isEmpty());
        assertThat(directory.partialProof())
                .contains(new PartialProof(7, Set.of(TestLog.PARTITION)));
        assertThat(directory.open(new LogSpec(TestLog.PARTITION, TestLog.TOPIC, test.config)))
                .isInstanceOf(OpenOutcome.Refused.class);
        assertThat(test.failures).isEmpty();
    }

    /** Both its index and its bytes: only the scrubber can help, and it must see the segment. */
    @Test
    void aSealedSegmentThatCannotBeReadIsListedAndDoesNotStopRetention() throws Exception {
        long sealed = test.log.segments().get(1).baseOffset();
        test.directory.close(7);
        disk.delete(test.file(sealed, SegmentName.INDEX));
        disk.unreadable(test.file(sealed, SegmentName.LOG), 3);
        test.reopen();
        assertThat(test.log.sealedSegments().sealed())
                .extracting(SealedSegment::baseOffset)
                .contains(sealed);
        test.log.configure(test.config.withRetention(new LogConfig.Retention(true, 1_000_000, -1)));
        test.log.retain();
        assertThat(test.failures).isEmpty();
    }
}
