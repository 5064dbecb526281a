package io.headrace.gateway.produce;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicId;
import io.headrace.testkit.process.KafkaPeer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PartitionerTest {

    @Test
    void keysGoWhereKafkasOwnPartitionerSendsThem() {
        long seed = Long.getLong("headrace.seed", System.nanoTime());
        System.out.println("headrace.seed=" + seed);
        String golden =
                KafkaPeer.run(
                        Path.of("src/test/resources/kafka/GoldenPartitions.java").toString(),
                        Duration.ofSeconds(60),
                        Long.toString(seed));
        List<String> lines = golden.lines().filter(line -> line.startsWith("key ")).toList();
        assertThat(lines).hasSize(2_000);
        for (String line : lines) {
            String[] parts = line.split(" ", -1);
            byte[] key = Base64.getDecoder().decode(parts[1]);
            assertThat(Partitioner.murmur2(key, 0, key.length))
                    .isEqualTo(Integer.parseInt(parts[2]));
            assertThat(Partitioner.ofKey(key, 0, key.length, 7))
                    .isEqualTo(Integer.parseInt(parts[3]));
        }
    }

    @Test
    void recordsWithoutAKeyGoToAPartitionThatHasALeader() {
        PartitionState led = new PartitionState(1, 0, List.of(1), 0);
        PartitionState down = new PartitionState(PartitionState.NO_LEADER, 0, List.of(1), 0);
        TopicImage topic =
                new TopicImage(
                        "t",
                        TopicId.random(),
                        Map.of(),
                        List.of(List.of(1), List.of(1), List.of(1)),
                        List.of(down, led, down));
        for (int start = 0; start < 3; start++) {
            int at = start;
            assertThat(new Partitioner(bound -> at).ofRequest(topic)).isEqualTo(1);
        }
    }
}
