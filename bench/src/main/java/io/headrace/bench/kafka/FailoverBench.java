package io.headrace.bench.kafka;

import io.headrace.bench.report.Table;
import io.headrace.testkit.process.BrokerProcesses;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * How long a producer (acks=all, Kafka's defaults otherwise) is without an acknowledgement when the
 * leader of its partition is killed with SIGKILL; then the broker starts again, and the next kill
 * waits until all three replicas are in sync.
 */
final class FailoverBench {

    private static final String TOPIC = "bench-failover";
    private static final int IN_FLIGHT = 100;
    private static final int RECORDS_BETWEEN = 1_000;
    private static final Duration WAIT = Duration.ofMinutes(2);

    private final Contest contest;
    private final BrokerProcesses ours;
    private final BrokerProcesses theirs;

    FailoverBench(Contest contest, BrokerProcesses ours, BrokerProcesses theirs) {
        this.contest = contest;
        this.ours = ours;
        this.theirs = theirs;
    }

    void run() throws IOException, InterruptedException {
        int kills = (int) contest.mode().pick(1, 3, 20);
        Pair stall = new Pair();
        contest.headrace().topics().create(TOPIC, 1);
        contest.kafka().topics().create(TOPIC, 1);
        for (int kill = 0; kill < kills; kill++) {
            Contest.Turns<Double> turn =
                    contest.turn(
                            kill,
                            side -> stallMs(side, side.equals(contest.headrace()) ? ours : theirs));
            stall.add(turn.headrace(), turn.kafka());
        }
        Table table = new Table("kill -9 of a leader", "headrace", "Kafka", "ratio");
        String[] cells = stall.cells(0);
        table.row("longest silence between acks, ms", cells[0], cells[1], cells[2]);
        contest.report().table("Failover", table);
        stall.report(contest.report(), "failover.stall", "ms");
    }

    private double stallMs(Side side, BrokerProcesses brokers)
            throws IOException, InterruptedException {
        side.topics().awaitInSync(TOPIC, 3, WAIT);
        try (KafkaProducer<byte[], byte[]> producer = LatencyBench.producer(side, "all")) {
            Acks acks = new Acks();
            acks.send(producer, RECORDS_BETWEEN);
            acks.longestNs.set(0);
            int leader = side.topics().leader(TOPIC);
            brokers.kill9(leader);
            acks.send(producer, RECORDS_BETWEEN);
            double stallMs = acks.longestNs.get() / 1e6;
            brokers.start(leader);
            return stallMs;
        }
    }

    /** Sends with a bounded number of records in flight, and notes the longest silence. */
    private static final class Acks {

        private final Semaphore inFlight = new Semaphore(IN_FLIGHT);
        private final AtomicLong lastNs = new AtomicLong(System.nanoTime());
        private final AtomicLong longestNs = new AtomicLong();
        private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

        void send(KafkaProducer<byte[], byte[]> producer, int records)
                throws IOException, InterruptedException {
            for (int i = 0; i < records; i++) {
                acquire(1);
                var _ =
                        producer.send(
                                new ProducerRecord<>(TOPIC, 0, null, new byte[100]),
                                (done, error) -> acknowledged(error));
            }
            acquire(IN_FLIGHT);
            inFlight.release(IN_FLIGHT);
        }

        private void acquire(int permits) throws IOException, InterruptedException {
            if (!inFlight.tryAcquire(permits, WAIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("no acknowledgement for " + WAIT.toSeconds() + " s");
            }
            Exception failed = failure.get();
            if (failed != null) {
                throw new IOException("a record was not acknowledged: " + failed, failed);
            }
        }

        private void acknowledged(@Nullable Exception error) {
            if (error != null) {
                failure.set(error);
            }
            long now = System.nanoTime();
            longestNs.accumulateAndGet(now - lastNs.getAndSet(now), Math::max);
            inFlight.release();
        }
    }
}
