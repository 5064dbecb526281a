package io.headrace.bench.kafka;

import io.headrace.bench.BenchOptions;
import io.headrace.bench.kafka.Contest.Turns;
import io.headrace.bench.kafka.PerfTools.Produced;
import io.headrace.bench.machine.ProcessUsage.Cpu;
import io.headrace.bench.report.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Records per second and what they cost the server, for every way of producing and consuming.
 *
 * <p>CPU is that of the whole server process over the whole run of the tool, divided by all records
 * of the run. After each produce run the offsets must say that every record is there.
 */
final class ThroughputBench {

    private record Run(double recordsPerSecond, double p99Ms, Cpu cpuPerMillion) {}

    private final Contest contest;
    private final Map<Integer, Path> payloads = new HashMap<>();

    ThroughputBench(Contest contest) throws IOException {
        this.contest = contest;
        for (int bytes : List.of(100, 1024)) {
            payloads.put(bytes, PerfTools.payload(contest.folder(), bytes));
        }
    }

    /**
     * Measures what is wanted. What the later parts need is done here too, as little as will do: a
     * warm-up, and what there is to consume.
     */
    void run(BenchOptions options) throws IOException, InterruptedException {
        boolean isConsumed = options.wants("consume");
        if (options.wants("produce")) {
            warmUp(contest.mode().pick(0, 4, 10));
            produce();
        } else if (isConsumed) {
            fill();
            readOnce();
        } else if (options.wants("latency") || options.wants("partitions")) {
            warmUp(contest.mode().pick(0, 1, 2));
        }
        if (isConsumed) {
            consume();
        }
    }

    /**
     * Writes and reads uncounted until the compilers have seen it: equally much on both sides.
     *
     * @param rounds of 2,500,000 records
     */
    private void warmUp(long rounds) throws IOException, InterruptedException {
        ProduceCell cell = new ProduceCell(100, "all", "none", 1);
        for (int round = 0; round < rounds; round++) {
            String topic = "bench-warm-up-" + round;
            contest.turn(
                    round,
                    side -> {
                        side.topics().create(topic, 1);
                        PerfTools.produce(
                                side, topic, 2_500_000, -1, payload(cell), cell.settings());
                        PerfTools.consume(side, topic, 2_500_000);
                        side.topics().delete(topic);
                        return side;
                    });
        }
    }

    private void produce() throws IOException, InterruptedException {
        Table table = table("produce", "p99 ms, headrace", "Kafka", "ratio");
        for (ProduceCell cell : cells()) {
            Pair speed = new Pair();
            Pair p99 = new Pair();
            Pair user = new Pair();
            Pair system = new Pair();
            for (int round = 0; round < contest.mode().rounds(); round++) {
                int thisRound = round;
                Turns<Run> runs = contest.turn(round, side -> produce(side, cell, thisRound));
                speed.add(runs.headrace().recordsPerSecond, runs.kafka().recordsPerSecond);
                p99.add(runs.headrace().p99Ms, runs.kafka().p99Ms);
                user.add(runs.headrace().cpuPerMillion.user(), runs.kafka().cpuPerMillion.user());
                system.add(
                        runs.headrace().cpuPerMillion.system(),
                        runs.kafka().cpuPerMillion.system());
            }
            row(table, "produce." + cell.figure(), cell.title(), speed, user, system, p99);
        }
        contest.report().table("Produce, as fast as the tool can", table);
    }

    private Run produce(Side side, ProduceCell cell, int round)
            throws IOException, InterruptedException {
        String topic = cell.topic(round);
        side.topics().create(topic, cell.partitions());
        long records = records(cell);
        Cpu before = side.usage().cpu();
        Produced produced =
                PerfTools.produce(side, topic, records, -1, payload(cell), cell.settings());
        Cpu used = side.usage().cpu().minus(before);
        checkKept(side, cell, round);
        if (!cell.isConsumed() || round > 0) {
            side.topics().delete(topic);
        }
        return new Run(produced.recordsPerSecond(), produced.p99Ms(), per(used, records));
    }

    private void checkKept(Side side, ProduceCell cell, int round)
            throws IOException, InterruptedException {
        String topic = cell.topic(round);
        long records = records(cell);
        long kept = side.topics().records(topic, cell.partitions());
        if (kept != records) {
            throw new IOException(
                    side.name() + " has " + kept + " of " + records + " records of " + topic);
        }
    }

    /** Writes what {@link #consume} reads, uncounted; in place of {@link #produce}. */
    private void fill() throws IOException, InterruptedException {
        for (ProduceCell cell : consumedCells()) {
            contest.turn(0, side -> produce(side, cell, 0));
        }
    }

    /** Reads it uncounted, so that the compilers have seen it. */
    private void readOnce() throws IOException, InterruptedException {
        for (ProduceCell cell : consumedCells()) {
            contest.turn(0, side -> consume(side, cell));
        }
    }

    private List<ProduceCell> consumedCells() {
        return cells().stream().filter(ProduceCell::isConsumed).toList();
    }

    private void consume() throws IOException, InterruptedException {
        Table table = table("consume");
        for (ProduceCell cell : consumedCells()) {
            Pair speed = new Pair();
            Pair user = new Pair();
            Pair system = new Pair();
            for (int round = 0; round < contest.mode().rounds(); round++) {
                Turns<Run> runs = contest.turn(round, side -> consume(side, cell));
                speed.add(runs.headrace().recordsPerSecond, runs.kafka().recordsPerSecond);
                user.add(runs.headrace().cpuPerMillion.user(), runs.kafka().cpuPerMillion.user());
                system.add(
                        runs.headrace().cpuPerMillion.system(),
                        runs.kafka().cpuPerMillion.system());
            }
            row(table, "consume." + cell.figure(), cell.title(), speed, user, system);
            contest.headrace().topics().delete(cell.topic(0));
            contest.kafka().topics().delete(cell.topic(0));
        }
        contest.report().table("Consume from the page cache", table);
    }

    private Run consume(Side side, ProduceCell cell) throws IOException {
        long records = records(cell);
        Cpu before = side.usage().cpu();
        double recordsPerSecond = PerfTools.consume(side, cell.topic(0), records);
        return new Run(
                recordsPerSecond, Double.NaN, per(side.usage().cpu().minus(before), records));
    }

    /** All in a full run; six that differ most in a quick one; one that shows that it works. */
    private List<ProduceCell> cells() {
        List<ProduceCell> all = ProduceCell.all();
        return switch (contest.mode()) {
            case SMOKE -> List.of(all.getLast());
            case QUICK ->
                    all.stream()
                            .filter(ProduceCell::isConsumed)
                            .filter(
                                    cell ->
                                            cell.partitions() == 1
                                                    || cell.compression().equals("none"))
                            .toList();
            case FULL -> all;
        };
    }

    private long records(ProduceCell cell) {
        return cell.bytes() == 100
                ? contest.mode().pick(1_000, 1_500_000, 5_000_000)
                : contest.mode().pick(1_000, 300_000, 1_200_000);
    }

    private Path payload(ProduceCell cell) {
        Path payload = payloads.get(cell.bytes());
        if (payload == null) {
            throw new IllegalArgumentException("no payload of " + cell.bytes() + " bytes");
        }
        return payload;
    }

    private static Cpu per(Cpu cpu, long records) {
        return new Cpu(cpu.user() * 1e6 / records, cpu.system() * 1e6 / records);
    }

    private static Table table(String first, String... last) {
        String[] always = {
            first,
            "records/s, headrace",
            "Kafka",
            "ratio",
            "user CPU s/M, headrace",
            "Kafka",
            "ratio",
            "kernel CPU s/M, headrace",
            "Kafka",
            "ratio"
        };
        return new Table(Stream.concat(Stream.of(always), Stream.of(last)).toArray(String[]::new));
    }

    private void row(
            Table table,
            String figure,
            String title,
            Pair speed,
            Pair user,
            Pair system,
            Pair... p99) {
        speed.report(contest.report(), figure + ".records", "1/s");
        user.report(contest.report(), figure + ".user_cpu", "s/M");
        system.report(contest.report(), figure + ".kernel_cpu", "s/M");
        Stream<String> cells =
                Stream.of(
                                Stream.of(title),
                                Stream.of(speed.cells(0)),
                                Stream.of(user.cells(2)),
                                Stream.of(system.cells(2)))
                        .flatMap(each -> each);
        for (Pair each : p99) {
            each.report(contest.report(), figure + ".p99", "ms");
            cells = Stream.concat(cells, Stream.of(each.cells(0)));
        }
        table.row(cells.toArray(String[]::new));
    }
}
