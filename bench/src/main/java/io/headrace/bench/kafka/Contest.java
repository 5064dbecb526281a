package io.headrace.bench.kafka;

import io.headrace.bench.Mode;
import io.headrace.bench.report.Report;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What every part of the bench works with.
 *
 * @param folder for files of the bench itself
 */
record Contest(Side headrace, Side kafka, Mode mode, Path folder, Report report) {

    /** Something that is measured on one side. */
    @FunctionalInterface
    interface Turn<T> {
        T run(Side side) throws IOException, InterruptedException;
    }

    /** One side's half of a turn. */
    @FunctionalInterface
    interface Half<T> {
        T run() throws IOException, InterruptedException;
    }

    /** Both results of one turn. */
    record Turns<T>(T headrace, T kafka) {}

    /** Runs both sides, one after the other; who begins changes from round to round. */
    <T> Turns<T> turn(int round, Turn<T> run) throws IOException, InterruptedException {
        return turn(round, () -> run.run(headrace), () -> run.run(kafka));
    }

    /** The same for sides that only run in their own half. */
    static <T> Turns<T> turn(int round, Half<T> headrace, Half<T> kafka)
            throws IOException, InterruptedException {
        if (round % 2 == 0) {
            T ofKafka = kafka.run();
            return new Turns<>(headrace.run(), ofKafka);
        }
        T ofHeadrace = headrace.run();
        return new Turns<>(ofHeadrace, kafka.run());
    }
}
