package io.headrace.broker.log.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.disk.CrashAfterEveryCall;
import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.model.record.Compression;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Power is lost in every disk call of a cleaning; nothing that was flushed before may change. */
class CompactionCrashTest {

    private static final long SEED = Long.getLong("headrace.seed", 20261123);

    @Test
    void after_a_crash_in_any_call_the_log_tells_the_same_and_can_be_cleaned() throws Exception {
        System.out.println("seed " + SEED);
        CompactedLog untouched = prepared(new SimulatedDisk(SEED));
        Map<String, String> latest = untouched.latest();
        Map<Long, String> before = values(untouched.records());
        long crashes =
                CrashAfterEveryCall.run(
                        SEED,
                        CompactionCrashTest::preparedDisk,
                        disk -> new CompactedLog(disk).clean(),
                        (disk, call) -> {
                            CompactedLog found = new CompactedLog(disk);
                            assertThat(found.latest()).isEqualTo(latest);
                            assertThat(before).containsAllEntriesOf(values(found.records()));
                            assertThat(found.log.logEndOffset()).isEqualTo(32);
                            found.nowMs += 10_000;
                            found.append("more=1");
                            found.clean();
                            Map<String, String> after = found.latest();
                            assertThat(after.remove("more")).isEqualTo("1");
                            assertThat(after).isEqualTo(latest);
                            assertThat(disk.list(found.log.directory()))
                                    .noneMatch(name -> name.contains(".swap"));
                        });
        assertThat(crashes).isGreaterThan(50);
    }

    private static SimulatedDisk preparedDisk(long seed) {
        try {
            SimulatedDisk disk = new SimulatedDisk(seed);
            CompactedLog written = prepared(disk);
            written.directory.close(1);
            disk.settle();
            return disk;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static CompactedLog prepared(SimulatedDisk disk) throws IOException {
        CompactedLog log = new CompactedLog(disk);
        for (int index = 0; index < 16; index++) {
            Compression codec = Compression.ofId(index % 5);
            String key = "k" + index % 7;
            log.append(codec, key + "=" + "v".repeat(30) + index, "t" + index % 5);
        }
        log.log.roll();
        return log;
    }

    private static Map<Long, String> values(List<CompactedLog.Stored> records) {
        Map<Long, String> values = new HashMap<>();
        records.forEach(each -> values.put(each.offset(), each.key() + "=" + each.value()));
        return values;
    }
}
