package io.headrace.system.check;

import io.headrace.system.history.History.ReaderKind;
import io.headrace.system.history.HistoryFile;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Writes a long history without a fault, to measure the checker with: eight producers, sixteen
 * partitions, each value sent, acknowledged, read by an assigned reader and read again at the end.
 */
public final class SoundHistory {

    private static final int PRODUCERS = 8;
    private static final int PARTITIONS = 16;
    private static final int EVENTS_OF_A_VALUE = 4;

    private SoundHistory() {}

    /**
     * @param operations sends, replies and reads together, about
     */
    public static void write(Path path, long operations) throws IOException {
        long perProducer = operations / EVENTS_OF_A_VALUE / PRODUCERS;
        try (HistoryFile file = HistoryFile.create(path)) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                file.partition(partition, "t-" + partition);
            }
            for (int producer = 0; producer < PRODUCERS; producer++) {
                file.producer(producer, "p" + producer, true);
            }
            file.reader(0, ReaderKind.ASSIGNED, "", "assigned");
            file.reader(1, ReaderKind.FINAL, "", "final");
            for (int partition = 0; partition < PARTITIONS; partition++) {
                file.position(0, partition, 0);
            }
            live(file, perProducer);
            last(file, perProducer);
        }
    }

    private static void live(HistoryFile file, long perProducer) {
        long[] ends = new long[PARTITIONS];
        for (long counter = 0; counter < perProducer; counter++) {
            for (int producer = 0; producer < PRODUCERS; producer++) {
                int partition = partition(producer, counter);
                long offset = ends[partition]++;
                file.invoke(producer, counter, partition, counter);
                file.ok(producer, counter, offset, counter);
                file.read(0, partition, offset, producer, counter);
            }
        }
    }

    private static void last(HistoryFile file, long perProducer) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            file.position(1, partition, 0);
            long offset = 0;
            for (long counter = 0; counter < perProducer; counter++) {
                for (int producer = 0; producer < PRODUCERS; producer++) {
                    if (partition(producer, counter) == partition) {
                        file.read(1, partition, offset++, producer, counter);
                    }
                }
            }
            file.bounds(1, partition, 0, offset);
        }
    }

    private static int partition(int producer, long counter) {
        return (int) ((producer + counter) % PARTITIONS);
    }
}
