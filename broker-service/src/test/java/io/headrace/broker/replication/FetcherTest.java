package io.headrace.broker.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The thread that fetches, against a leader that answers only when a request comes behind. */
class FetcherTest {

    private static final int LEADER = 1;

    private final AtomicInteger connections = new AtomicInteger();
    private final List<FetchRequest> requests = new CopyOnWriteArrayList<>();
    private final ReplicaFetchers fetchers =
            new ReplicaFetchers(
                    2,
                    () -> 7,
                    FetchSettings.DEFAULTS,
                    CopyLimit.NONE,
                    leader -> {
                        connections.incrementAndGet();
                        return new Leader();
                    },
                    System::nanoTime);

    /** Lets a poll wait until another request comes, as long as the test may take. */
    private final class Leader implements LeaderChannel {

        /** Empty for a wake-up. */
        private final LinkedBlockingQueue<Optional<FetchAnswer>> answers =
                new LinkedBlockingQueue<>();

        private final Map<FetchKey, FetchPosition> session = new LinkedHashMap<>();
        private int open;
        private boolean isClosed;

        @Override
        public synchronized void send(FetchRequest request) {
            if (request.isFull()) {
                session.clear();
            }
            request.positions().forEach(each -> session.put(each.key(), each));
            requests.add(request);
            open++;
            if (open == 2 || request.waitMaxMs() == 0) {
                answer();
            }
        }

        private void answer() {
            List<FetchAnswer.OfPartition> parts = new ArrayList<>();
            session.values()
                    .forEach(
                            each ->
                                    parts.add(
                                            new ModelReplica(
                                                            each.name().topic(),
                                                            each.name().partition(),
                                                            each.leaderEpoch())
                                                    .answer(each, 1)));
            answers.add(Optional.of(new FetchAnswer(5, "", parts)));
        }

        @Override
        public @Nullable FetchAnswer receive(long patienceNanos) throws IOException {
            try {
                Optional<FetchAnswer> answer = answers.poll(patienceNanos, TimeUnit.NANOSECONDS);
                synchronized (this) {
                    if (isClosed) {
                        throw new IOException("closed");
                    }
                    if (answer == null || answer.isEmpty()) {
                        return null;
                    }
                    open--;
                    return answer.get();
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        @Override
        public void wake() {
            answers.add(Optional.empty());
        }

        @Override
        public synchronized void interrupt() {
            isClosed = true;
            answers.add(Optional.empty());
        }

        @Override
        public void close() {}
    }

    @AfterEach
    void close() {
        fetchers.close();
    }

    private int askedFor(String topic) {
        return (int)
                requests.stream()
                        .flatMap(request -> request.positions().stream())
                        .filter(position -> position.name().topic().equals(topic))
                        .count();
    }

    @Test
    void aLogThatIsForcedForLongKeepsNoOtherPartitionWaiting() {
        ModelReplica slow = new ModelReplica("slow", 0, 3).with(3, 1);
        slow.flushesOnAck = true;
        fetchers.follows(slow, LEADER);
        for (int i = 0; i < 3; i++) {
            String topic = "quick-" + i;
            fetchers.follows(new ModelReplica(topic, 0, 3), LEADER);
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> askedFor(topic) > 0);
        }
        assertThat(askedFor("slow")).isZero();
        slow.force();
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> askedFor("slow") > 0);
        assertThat(connections).hasValue(1);
        assertThat(requests).filteredOn(FetchRequest::isFull).hasSize(1);
    }

    @Test
    void theEndDoesNotWaitForTheDevice() {
        ModelReplica slow = new ModelReplica("slow", 0, 3).with(3, 1);
        slow.flushesOnAck = true;
        fetchers.follows(slow, LEADER);
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> !slow.forces.isEmpty());
        long before = System.nanoTime();
        fetchers.close();
        assertThat(System.nanoTime() - before).isLessThan(TimeUnit.SECONDS.toNanos(4));
        slow.force();
        assertThat(requests).isEmpty();
    }

    @Test
    void aPartitionThatJoinsIsAskedForBehindThePollOnTheSameConnection() {
        for (int i = 0; i < 5; i++) {
            String topic = "joins-" + i;
            fetchers.follows(new ModelReplica(topic, 0, 3), LEADER);
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> askedFor(topic) > 0);
        }
        assertThat(connections).hasValue(1);
        assertThat(requests).filteredOn(FetchRequest::isFull).hasSize(1);
        for (int i = 0; i < 5; i++) {
            assertThat(askedFor("joins-" + i)).as("topic %s", i).isOne();
        }
        assertThat(fetchers.counters().disconnects()).isZero();
        long before = System.nanoTime();
        fetchers.close();
        assertThat(System.nanoTime() - before).isLessThan(TimeUnit.SECONDS.toNanos(4));
    }
}
