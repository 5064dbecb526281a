package io.headrace.gateway.route;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;

/**
 * Partitions' leaders, as one place to append to and read from.
 *
 * <p>While leadership moves, or a topic is so new that its leader does not know it yet, calls are
 * repeated with growing pauses, at most {@link #ATTEMPT_COUNT_MAX} times. An append is repeated
 * only when nothing can have been appended: an unknown outcome is reported, never doubled.
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
     * @param appendTimeout how long a broker may take to have records acknowledged
     * @param fetchWaitMax longest wait that is asked for
     */
    public Brokers(
            Supplier<ClusterImage> cluster,
            HttpClient client,
            Duration appendTimeout,
            Duration fetchWaitMax) {
        this.cluster = cluster;
        this.http = new BrokerHttp(client, appendTimeout, fetchWaitMax);
    }

    /**
     * Appends whole batches to one partition.
     *
     * @param batches positions and limits stay
     */
    public Mono<Appended> append(TopicPartition tp, ByteBuffer[] batches, int acks) {
        return onLeader(
                tp,
                url -> http.append(url, tp, batches, acks),
                BrokerFailure::isSafeToRepeatAppend);
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
        return onLeader(
                tp,
                url -> http.fetch(url, tp, offset, bytesMax, waitMs, use),
                BrokerFailure::isWorthRepeating);
    }

    /**
     * @param moment {@code earliest}, {@code latest} or milliseconds since the epoch
     */
    public Mono<FoundOffset> lookUp(TopicPartition tp, String moment) {
        return onLeader(tp, url -> http.lookUp(url, tp, moment), BrokerFailure::isWorthRepeating);
    }

    private <T> Mono<T> onLeader(
            TopicPartition tp,
            Function<String, Mono<T>> call,
            Predicate<BrokerFailure> isRepeatable) {
        return attempt(tp, call, isRepeatable, 1, null);
    }

    private <T> Mono<T> attempt(
            TopicPartition tp,
            Function<String, Mono<T>> call,
            Predicate<BrokerFailure> isRepeatable,
            int number,
            @Nullable String hint) {
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
                    if (!isRepeatable.test(failure)) {
                        return Mono.error(failure);
                    }
                    String next = knownBroker(failure.leaderUrl(), url);
                    Mono<T> again =
                            Mono.defer(() -> attempt(tp, call, isRepeatable, number + 1, next));
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
