package io.headrace.broker.log.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.broker.log.AppendOutcome;
import io.headrace.broker.log.LogConfig;
import io.headrace.broker.log.SealedSegment;
import io.headrace.model.record.Compression;
import io.headrace.model.record.RecordBatchBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class LogCleanerTest {

    private final SimulatedDisk disk = new SimulatedDisk(1);
    private final CompactedLog subject;

    LogCleanerTest() throws IOException {
        subject = new CompactedLog(disk);
    }

    @Test
    void the_newest_record_of_each_key_stays_at_its_offset() throws IOException {
        subject.append("a=1", "b=1", "a=2");
        subject.append("c=1", "b=2");
        subject.clean();
        assertThat(subject.records())
                .extracting(CompactedLog.Stored::offset)
                .containsExactly(2L, 3L, 4L);
        assertThat(subject.log.logEndOffset()).isEqualTo(5);
        assertThat(subject.log.logStartOffset()).isZero();
        subject.append("d=1");
        assertThat(subject.log.logEndOffset()).isEqualTo(6);
    }

    @Test
    void segments_that_shrank_are_merged_up_to_the_segment_size() throws IOException {
        for (int index = 0; index < 200; index++) {
            subject.append("k" + index % 3 + "=" + "v".repeat(50) + index);
        }
        subject.log.roll();
        int before = subject.log.segmentCount();
        long bytes = subject.log.sizeInBytes();
        subject.clean();
        subject.append("x=1");
        subject.clean();
        assertThat(before).isGreaterThan(20);
        assertThat(subject.log.segmentCount()).isLessThan(before / 2);
        assertThat(subject.log.sizeInBytes()).isLessThan(bytes / 2);
        assertThat(subject.latest()).hasSize(4);
    }

    @Test
    void a_tombstone_stays_until_its_delete_horizon_has_passed() throws IOException {
        subject.append("a=1", "b=1");
        subject.append("a");
        subject.clean();
        assertThat(subject.records())
                .extracting(CompactedLog.Stored::key)
                .containsExactly("b", "a");
        assertThat(subject.records())
                .extracting(CompactedLog.Stored::timestampMs)
                .containsOnly(subject.nowMs);
        subject.nowMs += 999;
        subject.append("c=1");
        subject.clean();
        assertThat(subject.records()).extracting(CompactedLog.Stored::key).contains("a");
        subject.nowMs += 1;
        subject.append("d=1");
        subject.clean();
        assertThat(subject.records())
                .extracting(CompactedLog.Stored::key)
                .containsExactly("b", "c", "d");
    }

    @Test
    void records_younger_than_the_least_lag_are_left_alone() throws IOException {
        subject.configure(compaction(new LogConfig.Compaction(true, 0.01, 500, 1 << 30, 1000)));
        subject.append("a=1", "a=2");
        subject.clean();
        assertThat(subject.records()).hasSize(2);
        subject.nowMs += 501;
        subject.clean();
        assertThat(subject.records()).hasSize(1);
    }

    @Test
    void records_older_than_the_greatest_lag_are_cleaned_although_little_is_dirty()
            throws IOException {
        subject.configure(compaction(new LogConfig.Compaction(true, 1.0, 0, 5000, 1000)));
        subject.append("a=1", "a=2");
        assertThat(subject.cleaner.cleanDirtiest()).isInstanceOf(CleanOutcome.NothingToDo.class);
        subject.nowMs += 5001;
        assertThat(subject.cleaner.cleanDirtiest()).isInstanceOf(CleanOutcome.Cleaned.class);
        assertThat(subject.records()).hasSize(1);
    }

    @Test
    void little_dirt_is_left_until_it_is_enough() throws IOException {
        for (int index = 0; index < 50; index++) {
            subject.append("k" + index + "=" + "v".repeat(20));
        }
        subject.clean();
        subject.configure(compaction(new LogConfig.Compaction(true, 0.5, 0, Long.MAX_VALUE, 1000)));
        subject.append("k1=new");
        subject.log.roll();
        assertThat(subject.cleaner.cleanDirtiest()).isInstanceOf(CleanOutcome.NothingToDo.class);
        for (int index = 0; index < 60; index++) {
            subject.append("k" + index + "=" + "w".repeat(20));
        }
        subject.log.roll();
        assertThat(subject.cleaner.cleanDirtiest()).isInstanceOf(CleanOutcome.Cleaned.class);
    }

    @Test
    void nothing_above_the_high_watermark_is_cleaned() throws IOException {
        subject.append("a=1", "a=2");
        subject.log.highWatermark(() -> 1);
        subject.clean();
        assertThat(subject.records()).hasSize(2);
    }

    @Test
    void a_small_map_takes_several_rounds() throws IOException {
        subject.settings = subject.settings.withMapBytesMax(24 * 30);
        subject.reopen();
        for (int index = 0; index < 100; index++) {
            subject.append("k" + index + "=1");
        }
        for (int index = 0; index < 100; index++) {
            subject.append("k" + index + "=2");
        }
        subject.clean();
        assertThat(subject.cleaner.progress().cleanCount()).isGreaterThan(5);
        assertThat(subject.records()).hasSize(100).allMatch(record -> "2".equals(record.value()));
    }

    @Test
    void a_cleaned_segment_has_its_index_files_and_nothing_is_left_over() throws IOException {
        subject.append("a=1", "a=2");
        subject.clean();
        subject.reopen();
        assertThat(disk.list(subject.log.directory()))
                .contains("00000000000000000000.index", "00000000000000000000.timeindex")
                .noneMatch(name -> name.contains("cleaned") || name.contains("swap"));
    }

    @Test
    void records_without_a_key_go() throws IOException {
        subject.configure(
                subject.config.withCompaction(
                        new LogConfig.Compaction(false, 0.01, 0, Long.MAX_VALUE, 1000)));
        subject.append("=no key", "a=1");
        subject.configure(CompactedLog.CONFIG);
        subject.clean();
        assertThat(subject.records()).extracting(CompactedLog.Stored::key).containsExactly("a");
    }

    @Test
    void the_checkpoint_is_in_kafkas_format_and_survives_a_restart() throws IOException {
        subject.append("a=1", "a=2");
        subject.clean();
        Path file = CompactedLog.ROOT.resolve("cleaner-offset-checkpoint");
        assertThat(new String(disk.bytes(file), StandardCharsets.UTF_8))
                .isEqualTo("0\n1\nstate 0 2\n");
        subject.reopen();
        assertThat(subject.log.sealedSegments().cleanedOffset()).isEqualTo(2);
        assertThat(subject.cleaner.cleanDirtiest()).isInstanceOf(CleanOutcome.NothingToDo.class);
        subject.log.truncateTo(1);
        assertThat(subject.log.sealedSegments().cleanedOffset()).isLessThanOrEqualTo(1);
    }

    @Test
    void the_last_batch_of_a_live_producer_stays_without_records() throws IOException {
        subject.producerEnds = (partition, id, lastOffset) -> id == 77 && lastOffset == 0;
        subject.reopen();
        RecordBatchBuilder builder = new RecordBatchBuilder(Compression.ZSTD, 64);
        builder.producer(77, (short) 0, 5, false);
        builder.append(subject.nowMs, new byte[] {'a'}, new byte[] {'1'}, List.of());
        subject.append(builder);
        subject.append("a=2");
        subject.clean();
        long withEnd = subject.log.sizeInBytes();
        subject.producerEnds = (partition, id, lastOffset) -> false;
        subject.reopen();
        subject.append("a=3");
        subject.clean();
        assertThat(subject.log.sizeInBytes()).isLessThan(withEnd);
        assertThat(subject.records()).hasSize(1);
    }

    @Test
    void a_restart_finds_the_last_sequence_of_each_producer_in_what_cleaning_left()
            throws IOException {
        for (int i = 0; i < 30; i++) {
            assertThat(subject.append(500 + i % 3, i / 3 * 2, "a=" + i, "b=" + i))
                    .isInstanceOf(AppendOutcome.Appended.class);
        }
        subject.append("a=last", "b=last");
        subject.clean();
        subject.append("c=1");
        subject.clean();
        assertThat(subject.records()).hasSize(3);
        subject.reopenWithoutSnapshots();
        assertThat(subject.log.producerCount()).isEqualTo(3);
        for (int i = 0; i < 3; i++) {
            assertThat(subject.append(500 + i, 18, "a=27", "b=27"))
                    .isEqualTo(new AppendOutcome.Duplicate(54 + 2L * i, 55 + 2L * i, -1, 0, 1));
            assertThat(subject.append(500 + i, 16, "a=24", "b=24"))
                    .isInstanceOf(AppendOutcome.Refused.class);
            assertThat(subject.append(500 + i, 20, "d=1"))
                    .isInstanceOf(AppendOutcome.Appended.class);
        }
        long withEnds = subject.log.sizeInBytes();
        subject.nowMs += 86_400_000;
        assertThat(subject.directory.expireProducers()).isEqualTo(3);
        subject.append("e=1");
        subject.clean();
        assertThat(subject.log.sizeInBytes()).isLessThan(withEnds);
        subject.reopenWithoutSnapshots();
        assertThat(subject.latest()).containsOnlyKeys("a", "b", "c", "d", "e");
    }

    @Test
    void a_replacement_is_refused_when_the_segments_have_changed() throws IOException {
        subject.append("a=1");
        subject.log.roll();
        List<SealedSegment> sealed = subject.log.sealedSegments().sealed();
        Path cleaned = subject.log.directory().resolve("00000000000000000000.log.cleaned");
        disk.open(cleaned).close();
        subject.log.truncateFullyAndStartAt(9);
        assertThat(subject.log.sealedSegments().replace(sealed, cleaned)).isFalse();
        assertThat(disk.exists(cleaned)).isFalse();
    }

    @Test
    void a_corrupt_batch_makes_the_log_uncleanable_and_changes_nothing() throws IOException {
        subject.append("a=1", "a=2");
        subject.log.roll();
        Path file = subject.log.directory().resolve("00000000000000000000.log");
        disk.flipBit(file, 70, 3);
        assertThat(subject.cleaner.cleanDirtiest()).isInstanceOf(CleanOutcome.GivenUp.class);
        assertThat(subject.cleaner.progress().uncleanable()).containsKey(CompactedLog.PARTITION);
        assertThat(subject.cleaner.cleanDirtiest()).isInstanceOf(CleanOutcome.NothingToDo.class);
        assertThat(subject.log.isOffline()).isFalse();
    }

    @Test
    void a_full_disk_stops_one_attempt_and_leaves_no_file() throws IOException {
        subject.append("a=1", "a=2", "b=" + "x".repeat(300));
        subject.log.roll();
        disk.capacity(
                disk.bytes(subject.log.directory().resolve("00000000000000000000.log")).length);
        assertThat(subject.cleaner.cleanDirtiest()).isInstanceOf(CleanOutcome.GivenUp.class);
        assertThat(disk.list(subject.log.directory())).noneMatch(name -> name.contains("cleaned"));
        disk.capacity(Long.MAX_VALUE);
        assertThat(subject.cleaner.cleanDirtiest()).isInstanceOf(CleanOutcome.Cleaned.class);
    }

    @Test
    void a_failed_write_takes_the_directory_offline() throws IOException {
        subject.append("a=1", "a=2");
        subject.log.roll();
        disk.failWrites(path -> path.toString().endsWith(".cleaned"), 1);
        assertThat(subject.cleaner.cleanDirtiest()).isInstanceOf(CleanOutcome.GivenUp.class);
        assertThat(subject.directory.isOffline()).isTrue();
    }

    @Test
    void the_thread_cleans_by_itself_and_stops_when_told() throws IOException {
        subject.append("a=1", "a=2");
        subject.log.roll();
        subject.cleaner.start();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> subject.cleaner.progress().cleanCount() == 1);
        subject.cleaner.close();
        assertThat(subject.records()).hasSize(1);
    }

    private static LogConfig compaction(LogConfig.Compaction compaction) {
        return CompactedLog.CONFIG.withCompaction(compaction);
    }
}
