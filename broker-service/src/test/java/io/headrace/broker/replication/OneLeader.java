package io.headrace.broker.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.replica.FollowOutcome;
import io.headrace.broker.replication.FetchAnswer.OfPartition;
import io.headrace.model.topic.TopicPartition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The fetches to one leader, which answers from a model: no threads, sockets or real clock. */
abstract class OneLeader {

    static final long BROKER_EPOCH = 77;
    static final int SESSION = 9;

    final FetchCounters counters = new FetchCounters();
    final Limit limit = new Limit();
    final LeaderFetches fetches =
            new LeaderFetches(FetchSettings.DEFAULTS, counters, limit, this::forced);
    final Map<FetchKey, ModelReplica> leaders = new HashMap<>();
    final Map<FetchKey, FetchPosition> session = new HashMap<>();
    long now = 1_000_000_000L;

    ModelReplica lead(ModelReplica leader) {
        leaders.put(leader.key(), leader);
        return leader;
    }

    Optional<FetchRequest> next() {
        return fetches.next(2, BROKER_EPOCH, now);
    }

    FetchRequest request() {
        FetchRequest request = next().orElseThrow();
        assertThat(request.brokerEpoch()).isEqualTo(BROKER_EPOCH);
        if (request.isFull()) {
            session.clear();
        }
        request.forgotten().forEach(session::remove);
        request.positions().forEach(position -> session.put(position.key(), position));
        return request;
    }

    void answer(FetchRequest request, List<OfPartition> parts) {
        fetches.answered(request, new FetchAnswer(SESSION, "", parts), now);
    }

    /** As a leader answers: from the session, with what is asked. */
    void round(int recordsMax) {
        FetchRequest request = request();
        List<OfPartition> parts = new ArrayList<>();
        session.forEach((key, asked) -> parts.add(leaders.get(key).answer(asked, recordsMax)));
        answer(request, parts);
    }

    void pass(Duration time) {
        now += time.toNanos();
    }

    void forced(FollowedPartition partition, FollowOutcome outcome) {
        fetches.forced(partition, outcome, now);
    }

    static List<Long> offsets(FetchRequest request) {
        return request.positions().stream().map(FetchPosition::offset).toList();
    }

    /** Covers the topic "limited". */
    static final class Limit implements CopyLimit {

        boolean isExhausted;
        int bytes;

        @Override
        public boolean isExhausted() {
            return isExhausted;
        }

        @Override
        public boolean covers(TopicPartition partition) {
            return partition.topic().equals("limited");
        }

        @Override
        public void copied(TopicPartition partition, int more) {
            bytes += covers(partition) ? more : 0;
        }
    }
}
