package io.headrace.bench.kafka;

import java.util.ArrayList;
import java.util.List;

/**
 * One way of producing.
 *
 * @param bytes of a record's value
 */
record ProduceCell(int bytes, String acks, String compression, int partitions) {

    /** Every one, those that a consumer reads later on last. */
    static List<ProduceCell> all() {
        List<ProduceCell> cells = new ArrayList<>();
        for (String acks : List.of("1", "all")) {
            for (int partitions : List.of(1, 6)) {
                for (int bytes : List.of(100, 1024)) {
                    for (String compression : List.of("none", "lz4")) {
                        cells.add(new ProduceCell(bytes, acks, compression, partitions));
                    }
                }
            }
        }
        return cells;
    }

    boolean isConsumed() {
        return acks.equals("all");
    }

    String title() {
        return "%d B, acks %s, %s, %d partition%s"
                .formatted(bytes, acks, compression, partitions, partitions == 1 ? "" : "s");
    }

    String figure() {
        return "%d.%s.%s.%d".formatted(bytes, acks, compression, partitions);
    }

    /** Of the topic that a round of it writes. */
    String topic(int round) {
        return "bench-" + bytes + "-" + acks + "-" + compression + "-" + partitions + "-" + round;
    }

    String[] settings() {
        return new String[] {
            "acks=" + acks,
            "compression.type=" + compression,
            "batch.size=65536",
            "linger.ms=5",
            "buffer.memory=67108864"
        };
    }
}
