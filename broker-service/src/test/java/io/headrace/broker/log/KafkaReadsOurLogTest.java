package io.headrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.disk.RealDisk;
import io.headrace.broker.log.TestBatches.Written;
import io.headrace.model.record.Compression;
import io.headrace.testkit.process.KafkaPeer;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka's dump tool reads our files; our log opens what Kafka's library wrote. */
class KafkaReadsOurLogTest {

    private static final String DUMP = "org.apache.kafka.tools.DumpLogSegments";
    private static final Duration LIMIT = Duration.ofSeconds(90);

    @TempDir private Path directory;

    @Test
    void theDumpToolHasNoComplaintAboutSegmentsAndIndexes() throws Exception {
        LogConfig config =
                TestLog.SMALL.withSegments(
                        new LogConfig.Segments(60_000, 604_800_000L, 0, 1000, 1 << 20));
        TestLog test = new TestLog(new RealDisk(), directory, config);
        Compression[] codecs = Compression.values();
        int count = 0;
        for (int i = 0; i < 600; i++) {
            List<Written> records = new ArrayList<>();
            for (int j = 0; j <= i % 5; j++) {
                records.add(new Written(test.clock.nowMs() + i * 10L - j, "value-" + count++));
            }
            Compression codec = codecs[i % codecs.length];
            assertThat(test.log.append(TestBatches.batch(codec, records), i / 200))
                    .isInstanceOf(AppendOutcome.Appended.class);
        }
        assertThat(test.log.segmentCount()).isGreaterThan(1);
        test.directory.close(1);

        String files = files(".log") + "," + files(".index") + "," + files(".timeindex");
        String dump =
                KafkaPeer.run(
                        DUMP, LIMIT, "--deep-iteration", "--verify-index-only", "--files", files);
        assertNoComplaint(dump);
        String printed =
                KafkaPeer.run(
                        DUMP, LIMIT, "--deep-iteration", "--print-data-log", "--files", files);
        assertNoComplaint(printed);
        for (int i = 0; i < count; i++) {
            assertThat(printed).contains("payload: value-" + i + "\n");
        }
        String sane =
                KafkaPeer.run(DUMP, LIMIT, "--index-sanity-check", "--files", files(".index"));
        assertNoComplaint(sane);
        assertThat(sane).contains("passed sanity check");
    }

    private static void assertNoComplaint(String dump) {
        assertThat(dump)
                .doesNotContainIgnoringCase("mismatch")
                .doesNotContainIgnoringCase("not found")
                .doesNotContainIgnoringCase("out of order")
                .doesNotContainIgnoringCase("isvalid: false")
                .doesNotContain("Exception");
        // The tool starts counting at -1 in every file, so each segment but the first has one such
        // line, about its first offset.
        assertThat(dump.lines().filter(line -> line.contains(" is followed by ")))
                .allMatch(line -> line.strip().startsWith("-1 is followed by "));
    }

    private String files(String suffix) throws Exception {
        try (Stream<Path> files = Files.list(directory.resolve(TestLog.PARTITION.toString()))) {
            return files.map(Path::toString)
                    .filter(name -> name.endsWith(suffix))
                    .sorted()
                    .collect(Collectors.joining(","));
        }
    }

    @Test
    void theDumpToolReadsOurProducerSnapshots() throws Exception {
        TestLog test = new TestLog(new RealDisk(), directory, TestLog.SMALL);
        for (int i = 0; i < 40; i++) {
            ByteBuffer batch = IdempotentBatches.records(7000 + i % 3, 2, i / 3 * 2, 2);
            assertThat(test.log.append(batch, 0)).isInstanceOf(AppendOutcome.Appended.class);
        }
        long writtenMs = test.clock.nowMs();
        assertThat(test.log.segmentCount()).isGreaterThan(2);
        test.directory.close(1);
        String dump = KafkaPeer.run(DUMP, LIMIT, "--files", files(".snapshot"));
        assertThat(dump).doesNotContain("Exception").doesNotContainIgnoringCase("corrupt");
        String end = dump.substring(dump.indexOf(SegmentName.of(80, ".snapshot")));
        String none = "coordinatorEpoch: -1 currentTxnFirstOffset: OptionalLong.empty";
        assertThat(end.lines().skip(1))
                .containsExactlyInAnyOrder(
                        "producerId: 7000 producerEpoch: 2 %s lastTimestamp: %d firstSequence: 26 lastSequence: 27 lastOffset: 79 offsetDelta: 1 timestamp: %d"
                                .formatted(none, writtenMs, writtenMs),
                        "producerId: 7001 producerEpoch: 2 %s lastTimestamp: %d firstSequence: 24 lastSequence: 25 lastOffset: 75 offsetDelta: 1 timestamp: %d"
                                .formatted(none, writtenMs, writtenMs),
                        "producerId: 7002 producerEpoch: 2 %s lastTimestamp: %d firstSequence: 24 lastSequence: 25 lastOffset: 77 offsetDelta: 1 timestamp: %d"
                                .formatted(none, writtenMs, writtenMs));
    }

    @Test
    void ourLogKnowsTheProducersOfASnapshotThatKafkaWrote() throws Exception {
        TestLog test = new TestLog(new RealDisk(), directory, TestLog.SMALL);
        for (int i = 0; i < 60; i++) {
            test.append("record " + i);
        }
        test.log.close(true);
        test.directory.abandon();
        Path program = Path.of("src/test/resources/kafka/WriteSnapshot.java").toAbsolutePath();
        KafkaPeer.run(program.toString(), LIMIT, test.partitionPath().toString());
        test.reopen();
        assertThat(test.log.producerCount()).isEqualTo(10);
        for (int i = 0; i < 10; i++) {
            assertThat(test.log.append(IdempotentBatches.records(9000 + i, i, 3, 3), 0))
                    .isEqualTo(new AppendOutcome.Duplicate(30 + 3L * i, 32 + 3L * i, -1, 0, 0));
            assertThat(test.log.append(IdempotentBatches.records(9000 + i, i, 7, 3), 0))
                    .isInstanceOf(AppendOutcome.Refused.class);
            assertThat(test.log.append(IdempotentBatches.records(9000 + i, i, 6, 3), 0))
                    .isInstanceOf(AppendOutcome.Appended.class);
        }
    }

    @Test
    void ourLogOpensASegmentThatKafkasLibraryWrote() throws Exception {
        Path partition = Files.createDirectories(directory.resolve(TestLog.PARTITION.toString()));
        Path program = Path.of("src/test/resources/kafka/WriteSegment.java").toAbsolutePath();
        KafkaPeer.run(
                program.toString(), LIMIT, partition.resolve(SegmentName.of(0, ".log")).toString());
        TestLog test = new TestLog(new RealDisk(), directory, TestLog.SMALL);
        List<String> values = test.values();
        assertThat(values).hasSize(300);
        for (int i = 0; i < values.size(); i++) {
            assertThat(values.get(i)).isEqualTo("value-" + i);
        }
        assertThat(test.log.leaderEpochs()).hasSize(3);
        assertThat(test.log.offsetForTimestamp(1_700_000_000_150L, Long.MAX_VALUE))
                .isEqualTo(new TimeLookup.Found(new OffsetAndTime(150, 1_700_000_000_150L, 1)));
        assertThat(test.append("ours")).isEqualTo(300);
        test.closeAndReopen();
        assertThat(test.values()).hasSize(301);
    }
}
