package io.headrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LogDirectoryTest {

    private static final Path ROOT = Path.of("/data");

    private SimulatedDisk disk = new SimulatedDisk(1);
    private TestLog test;

    @BeforeEach
    void openALog() throws IOException {
        disk = new SimulatedDisk(1);
        test = new TestLog(disk, ROOT, TestLog.SMALL);
    }

    private LogDirectory open(String clusterId, int nodeId) throws IOException {
        return LogDirectory.open(
                LogDirectorySettings.of(ROOT, clusterId, nodeId),
                disk,
                test.clock.clock(),
                (path, failure) -> {});
    }

    @Test
    void asksForAnotherDirectoryWhenThisOneIsLocked() {
        assertThatThrownBy(() -> open("cluster", 1))
                .isInstanceOf(LogDirectoryException.class)
                .hasMessageContaining("stop the other broker");
    }

    @Test
    void refusesADirectoryOfAnotherClusterOrBroker() throws IOException {
        test.directory.close(1);
        assertThatThrownBy(() -> open("other", 1)).hasMessageContaining("cluster.id 'cluster'");
        assertThatThrownBy(() -> open("cluster", 2)).hasMessageContaining("node.id '1'");
        open("cluster", 1).close(2);
    }

    @Test
    void refusesThePartitionOfAnotherTopicId() throws IOException {
        LogSpec other = new LogSpec(TestLog.PARTITION, new TopicId(9, 9), TestLog.SMALL);
        OpenOutcome outcome = test.directory.open(other);
        assertThat(outcome).isInstanceOf(OpenOutcome.Refused.class);
        test.directory.close(1);
        try (Closing reopened = new Closing(open("cluster", 1))) {
            assertThat(reopened.directory().open(other))
                    .extracting("code")
                    .isEqualTo(ErrorCode.INCONSISTENT_TOPIC_ID);
        }
    }

    private record Closing(LogDirectory directory) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            directory.close(1);
        }
    }

    @Test
    void deletesOnlyTheTopicIdThatItIsToldAndPurgesOnlyOnRequest() throws IOException {
        test.append("a");
        assertThat(test.directory.delete(TestLog.PARTITION, new TopicId(9, 9))).isEmpty();
        Optional<DeletedPartition> deleted =
                test.directory.delete(TestLog.PARTITION, TestLog.TOPIC);
        assertThat(deleted).isPresent();
        assertThat(test.directory.found()).isEmpty();
        assertThat(test.directory.deleted()).containsExactly(deleted.orElseThrow());
        assertThat(deleted.orElseThrow().topicId()).contains(TestLog.TOPIC);
        assertThat(test.log.read(0, 100, Long.MAX_VALUE, true))
                .isInstanceOf(ReadOutcome.Failed.class);
        test.directory.purge(deleted.orElseThrow());
        assertThat(test.directory.deleted()).isEmpty();
        test.closeAndReopen();
        assertThat(test.log.logEndOffset()).isZero();
    }

    @Test
    void keepsTheHighWatermarkOverARestart() throws IOException {
        test.append("a", "b", "c");
        test.log.highWatermark(() -> 2);
        test.closeAndReopen();
        assertThat(test.directory.checkpointedHighWatermark(TestLog.PARTITION)).isEqualTo(2);
        assertThat(test.directory.cleanBrokerEpoch()).hasValue(7);
    }

    @Test
    void theFirstFlushMakesAllNewDirectoriesDurableAtOnce() throws IOException {
        test.append("a");
        test.log.flush();
        List<Path> forced = new ArrayList<>();
        disk.beforeForce(forced::add);
        List<PartitionLog> logs = new ArrayList<>();
        for (int p = 0; p < 3; p++) {
            LogSpec spec = new LogSpec(new TopicPartition("new", p), TestLog.TOPIC, TestLog.SMALL);
            assertThat(test.directory.open(spec))
                    .isInstanceOfSatisfying(
                            OpenOutcome.Opened.class, opened -> logs.add(opened.log()));
        }
        assertThat(forced).isEmpty();
        for (PartitionLog log : logs) {
            log.append(TestBatches.one(1, "b"), 0);
            assertThat(log.flush()).isInstanceOf(FlushOutcome.Flushed.class);
        }
        assertThat(forced)
                .containsOnlyOnce(ROOT)
                .contains(ROOT.resolve("new-2").resolve(PartitionDirectories.METADATA));
    }

    @Test
    void aBugInOpeningOneLogLeavesTheOthersOpen() throws Exception {
        test.directory.close(1);
        TopicPartition broken = new TopicPartition("broken", 0);
        Disk buggy =
                (Disk)
                        Proxy.newProxyInstance(
                                Disk.class.getClassLoader(),
                                new Class<?>[] {Disk.class},
                                (proxy, method, args) -> {
                                    if (args != null && args[0].equals(ROOT.resolve("broken-0"))) {
                                        throw new IllegalStateException("a bug");
                                    }
                                    return method.invoke(disk, args);
                                });
        LogDirectory directory =
                LogDirectory.open(
                        LogDirectorySettings.of(ROOT, "cluster", 1),
                        buggy,
                        test.clock.clock(),
                        (path, failure) -> {});
        try (Closing open = new Closing(directory)) {
            Map<TopicPartition, OpenOutcome> outcomes =
                    open.directory()
                            .openAll(
                                    List.of(
                                            new LogSpec(broken, new TopicId(5, 5), TestLog.SMALL),
                                            new LogSpec(
                                                    TestLog.PARTITION,
                                                    TestLog.TOPIC,
                                                    TestLog.SMALL)));
            assertThat(outcomes.get(broken))
                    .isInstanceOfSatisfying(
                            OpenOutcome.Refused.class,
                            refused ->
                                    assertThat(refused.text())
                                            .contains("broken-0")
                                            .contains("a bug"));
            assertThat(outcomes.get(TestLog.PARTITION)).isInstanceOf(OpenOutcome.Opened.class);
            assertThat(open.directory().isOffline()).isFalse();
        }
    }
}
