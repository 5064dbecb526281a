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

    /** Both results of one turn. */
    record Turns<T>(T headrace, T kafka) {}

    /** Runs both sides, one after the other; who begins changes from round to round. */
    <T> Turns<T> turn(int round, Turn<T> run) throws IOException, InterruptedException {
        if (round % 2 == 0) {
            T ofKafka = run.run(kafka);
            return new Turns<>(run.run(headrace), ofKafka);
        }
        T ofHeadrace = run.run(headrace);
        return new Turns<>(ofHeadrace, run.run(kafka));
    }
}
