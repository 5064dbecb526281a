package io.headrace.gateway.route;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;

/**
 * Partitions' leaders, as one place to read from.
 *
 * <p>While leadership moves, or a topic is so new that its leader does not know it yet, calls are
 * repeated with growing pauses, at most {@link #ATTEMPT_COUNT_MAX} times.
 *
 * <p>Errors: {@link BrokerFailure}. Any thread.
 */
public final class Brokers {

    static final int ATTEMPT_COUNT_MAX = 8;
    private static final Duration PAUSE_MIN = Duration.ofMillis(20);
    private static final Duration PAUSE_MAX = Duration.ofMillis(500);

    private final Supplier<ClusterImage> cluster;
    private final BrokerHttp http;

    /**
     * @param client with its pool and connect timeout; redirects off
     * @param fetchWaitMax longest wait that is asked for
     */
    public Brokers(Supplier<ClusterImage> cluster, HttpClient client, Duration fetchWaitMax) {
        this.cluster = cluster;
        this.http = new BrokerHttp(client, fetchWaitMax);
    }

    /**
     * Reads whole batches; the first may begin before the offset.
     *
     * @param bytesMax at least one batch comes, even when larger
     * @param waitMs how long to wait for the first record
     * @param use what is made of them, at once, on an event loop
     */
    public <T> Mono<T> fetch(
            TopicPartition tp, long offset, int bytesMax, long waitMs, Function<Fetched, T> use) {
        return onLeader(tp, url -> http.fetch(url, tp, offset, bytesMax, waitMs, use));
    }

    /**
     * @param moment {@code earliest}, {@code latest} or milliseconds since the epoch
     */
    public Mono<FoundOffset> lookUp(TopicPartition tp, String moment) {
        return onLeader(tp, url -> http.lookUp(url, tp, moment));
    }

    private <T> Mono<T> onLeader(TopicPartition tp, Function<String, Mono<T>> call) {
        return attempt(tp, call, 1, null);
    }

    private <T> Mono<T> attempt(
            TopicPartition tp, Function<String, Mono<T>> call, int number, @Nullable String hint) {
        String url = hint == null ? leaderUrl(tp) : hint;
        Mono<T> result =
                url == null
                        ? Mono.error(
                                BrokerFailure.unsent(
                                        ErrorCode.LEADER_NOT_AVAILABLE,
                                        "partition " + tp + " has no leader at the moment"))
                        : call.apply(url);
        if (number == ATTEMPT_COUNT_MAX) {
            return result;
        }
        return result.onErrorResume(
                BrokerFailure.class,
                failure -> {
                    if (!failure.isWorthRepeating()) {
                        return Mono.error(failure);
                    }
                    String next = knownBroker(failure.leaderUrl(), url);
                    Mono<T> again = Mono.defer(() -> attempt(tp, call, number + 1, next));
                    return next == null ? again.delaySubscription(pause(number)) : again;
                });
    }

    private static Duration pause(int number) {
        Duration pause = PAUSE_MIN.multipliedBy(1L << (number - 1));
        return pause.compareTo(PAUSE_MAX) > 0 ? PAUSE_MAX : pause;
    }

    private @Nullable String leaderUrl(TopicPartition tp) {
        BrokerRegistration leader = cluster.get().leaderOf(tp).orElse(null);
        return leader == null ? null : leader.httpUrl();
    }

    /** The hinted URL, if a live broker has it and it is not the one that was just asked. */
    private @Nullable String knownBroker(@Nullable String hint, @Nullable String asked) {
        if (hint == null || hint.equals(asked)) {
            return null;
        }
        for (BrokerRegistration broker : cluster.get().brokers().values()) {
            if (broker.httpUrl().equals(hint)) {
                return hint;
            }
        }
        return null;
    }
}
