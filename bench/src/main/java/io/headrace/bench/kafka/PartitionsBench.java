package io.headrace.bench.kafka;

import io.headrace.bench.kafka.Contest.Turns;
import io.headrace.bench.report.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** From the request for a topic of many partitions until each has acknowledged one record. */
final class PartitionsBench {

    private static final long TIMEOUT_SECONDS = 120;

    private final Contest contest;

    PartitionsBench(Contest contest) {
        this.contest = contest;
    }

    void run() throws IOException, InterruptedException {
        int partitions = (int) contest.mode().pick(10, 1_000, 1_000);
        Pair seconds = new Pair();
        Pair cpu = new Pair();
        for (int round = 0; round < contest.mode().rounds(); round++) {
            String topic = "bench-partitions-" + round;
            Turns<double[]> turn = contest.turn(round, side -> run(side, topic, partitions));
            seconds.add(turn.headrace()[0], turn.kafka()[0]);
            cpu.add(turn.headrace()[1], turn.kafka()[1]);
        }
        Table table = new Table("one topic of " + partitions, "headrace", "Kafka", "ratio");
        row(table, "asked until one record acknowledged on each, s", seconds);
        row(table, "server CPU for it, s", cpu);
        contest.report().table("Many partitions", table);
        seconds.report(contest.report(), "partitions.seconds", "s");
        cpu.report(contest.report(), "partitions.cpu", "s");
    }

    private static void row(Table table, String title, Pair pair) {
        String[] cells = pair.cells(2);
        table.row(title, cells[0], cells[1], cells[2]);
    }

    private double[] run(Side side, String topic, int partitions)
            throws IOException, InterruptedException {
        Topics topics = side.topics();
        double cpuBefore = side.usage().getAsDouble();
        long startNs = System.nanoTime();
        topics.create(topic, partitions);
        try (KafkaProducer<byte[], byte[]> producer = LatencyBench.producer(side, "all")) {
            List<Future<?>> sent = new ArrayList<>();
            for (int partition = 0; partition < partitions; partition++) {
                sent.add(producer.send(new ProducerRecord<>(topic, partition, null, new byte[1])));
            }
            for (Future<?> each : sent) {
                each.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(side.name() + " did not take a record: " + e, e);
        }
        double seconds = (System.nanoTime() - startNs) / 1e9;
        double cpu = side.usage().getAsDouble() - cpuBefore;
        topics.delete(topic);
        return new double[] {seconds, cpu};
    }
}
