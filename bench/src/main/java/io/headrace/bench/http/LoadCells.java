package io.headrace.bench.http;

import io.headrace.bench.Mode;
import io.headrace.bench.load.LoadCell;
import io.headrace.bench.load.LoadResult;
import io.headrace.bench.report.Report;
import io.headrace.bench.report.Samples;
import io.headrace.bench.report.Table;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Runs the cells of one load table and prints it: first each until the compilers have seen it (a
 * server that has just started is slow), then all in turn, round by round, so that a slow minute of
 * the machine is shared by all.
 */
final class LoadCells {

    /** One cell: what is asked of the server, and over how many connections. */
    interface Cell {

        /** Of the figures. */
        String figure();

        /** Of the row. */
        String title();

        LoadResult run(Duration measured) throws IOException;

        /** The peer's figure for the same, if there is one. */
        OptionalDouble peer(String figure);
    }

    private LoadCells() {}

    static void run(Mode mode, List<? extends Cell> cells, Report report, String title, String rows)
            throws IOException {
        if (mode != Mode.SMOKE) {
            Duration each = Duration.ofMillis(mode.pick(0, 2_500, 5_000));
            for (Cell cell : cells) {
                cell.run(each);
            }
        }
        List<LoadCell> measured = cells.stream().map(cell -> new LoadCell(cell.figure())).toList();
        for (int round = 0; round < mode.rounds(); round++) {
            for (int i = 0; i < cells.size(); i++) {
                measured.get(i).add(cells.get(i).run(mode.measured()));
            }
        }
        Table table =
                new Table(
                        rows,
                        "requests/s",
                        "records/s",
                        "p50 ms",
                        "p99 ms",
                        "server CPU s/M",
                        "client cores",
                        "errors",
                        "peer records/s",
                        "peer CPU s/M",
                        "times the peer");
        for (int i = 0; i < cells.size(); i++) {
            row(table, cells.get(i), measured.get(i));
            measured.get(i).report(report);
        }
        report.table(title, table);
    }

    private static void row(Table table, Cell cell, LoadCell measured) {
        double peerRecords = cell.peer("records_per_s").orElse(Double.NaN);
        table.row(
                cell.title(),
                measured.requestsPerSecond().text(0),
                measured.recordsPerSecond().text(0),
                measured.p50Ms().text(2),
                measured.p99Ms().text(2),
                measured.cpuPerMillion().text(2),
                measured.clientCpuShare().text(2),
                Long.toString(measured.errors()),
                Samples.number(peerRecords, 0),
                Samples.number(cell.peer("cpu_s_per_million").orElse(Double.NaN), 1),
                Samples.number(measured.recordsPerSecond().median() / peerRecords, 1));
    }
}
