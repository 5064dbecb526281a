package io.headrace.broker.log.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.broker.log.AppendOutcome;
import io.headrace.broker.log.LogConfig;
import io.headrace.model.record.Compression;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random appends, cleans and reopenings against a plain list of everything that was appended. */
class CompactionModelTest {

    private static final long SEED = Long.getLong("headrace.seed", 20261123);

    @Test
    void a_cleaned_log_tells_the_newest_value_of_each_key_and_never_moves_an_offset()
            throws IOException {
        for (int run = 0; run < 20; run++) {
            long seed = SEED + run;
            System.out.println("seed " + seed);
            new Model(new Random(seed), seed).run();
        }
    }

    private static final class Model {

        private final Random random;
        private final CompactedLog subject;
        private final Map<Long, String> appended = new HashMap<>();
        private final Map<String, String> latest = new HashMap<>();
        private final Map<Long, Integer> sequences = new HashMap<>();

        Model(Random random, long seed) throws IOException {
            this.random = random;
            LogConfig.Segments segments =
                    new LogConfig.Segments(
                            1000 + random.nextInt(3000),
                            Long.MAX_VALUE,
                            0,
                            random.nextInt(300),
                            4096);
            this.subject =
                    new CompactedLog(
                            new SimulatedDisk(seed),
                            CompactedLog.ROOT,
                            CompactedLog.CONFIG.withSegments(segments));
            subject.settings = subject.settings.withMapBytesMax(24L * (60 + random.nextInt(200)));
            subject.reopen();
        }

        void run() throws IOException {
            for (int step = 0; step < 120; step++) {
                switch (random.nextInt(12)) {
                    case 0, 1 -> {
                        subject.clean();
                        check();
                    }
                    case 2 -> {
                        if (random.nextBoolean()) {
                            subject.reopen();
                        } else {
                            subject.reopenWithoutSnapshots();
                        }
                        check();
                    }
                    case 3 -> subject.nowMs += random.nextInt(3000);
                    case 4 -> subject.cleaner.cleanDirtiest();
                    default -> append();
                }
            }
            check();
        }

        private void append() {
            List<String> records = new ArrayList<>();
            int count = 1 + random.nextInt(8);
            long offset = subject.log.logEndOffset();
            for (int index = 0; index < count; index++) {
                String key = "k" + random.nextInt(40);
                String value = "v" + random.nextInt() + "x".repeat(random.nextInt(60));
                boolean isTombstone = random.nextInt(5) == 0;
                String record = isTombstone ? key : key + "=" + value;
                records.add(record);
                appended.put(offset + index, record);
                if (isTombstone) {
                    latest.remove(key);
                } else {
                    latest.put(key, value);
                }
            }
            String[] all = records.toArray(String[]::new);
            if (records.stream().allMatch(record -> record.contains("=")) && random.nextBoolean()) {
                long id = 500L + random.nextInt(3);
                int sequence = sequences.getOrDefault(id, 0);
                assertThat(subject.append(id, sequence, all))
                        .isInstanceOf(AppendOutcome.Appended.class);
                sequences.put(id, sequence + count);
            } else {
                subject.append(Compression.ofId(random.nextInt(5)), all);
            }
        }

        private void check() throws IOException {
            assertThat(subject.log.producerCount()).isEqualTo(sequences.size());
            assertThat(subject.latest()).isEqualTo(latest);
            long before = -1;
            for (CompactedLog.Stored record : subject.records()) {
                String text =
                        record.value() == null
                                ? String.valueOf(record.key())
                                : record.key() + "=" + record.value();
                assertThat(text).isEqualTo(appended.get(record.offset()));
                assertThat(record.offset()).isGreaterThan(before);
                before = record.offset();
            }
        }
    }
}
