package io.headrace.gateway.route;

import io.headrace.model.error.ErrorCode;
import io.headrace.model.record.CorruptBatchException;
import io.headrace.model.topic.TopicPartition;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.ConnectException;
import java.time.Duration;
import java.util.function.Function;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufMono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.internal.shaded.reactor.pool.PoolAcquirePendingLimitException;
import reactor.netty.internal.shaded.reactor.pool.PoolAcquireTimeoutException;

/** The broker's HTTP API, one attempt per call. */
final class BrokerHttp {

    private static final byte[] NOTHING = new byte[0];

    private final HttpClient fetches;

    /**
     * @param client with pool and connect timeout
     * @param fetchWaitMax longest wait that is asked for
     */
    BrokerHttp(HttpClient client, Duration fetchWaitMax) {
        this.fetches = client.disableRetry(true).responseTimeout(fetchWaitMax.plusSeconds(5));
    }

    <T> Mono<T> fetch(
            String url,
            TopicPartition tp,
            long offset,
            int bytesMax,
            long waitMs,
            Function<Fetched, T> use) {
        String uri =
                path(url, tp)
                        + "/batches?offset="
                        + offset
                        + "&max_bytes="
                        + bytesMax
                        + "&min_bytes=1&max_wait_ms="
                        + waitMs;
        return fetches.get()
                .uri(uri)
                .responseSingle(
                        (response, body) ->
                                body.map(bytes -> use.apply(fetched(response, bytes)))
                                        .switchIfEmpty(
                                                Mono.fromSupplier(
                                                        () ->
                                                                use.apply(
                                                                        fetched(
                                                                                response,
                                                                                Unpooled
                                                                                        .EMPTY_BUFFER)))))
                .onErrorMap(BrokerHttp::failure);
    }

    private static Fetched fetched(HttpClientResponse response, ByteBuf body) {
        int status = response.status().code();
        if (status != 200 && status != 204) {
            throw BrokerReplies.failure(
                    status, response.responseHeaders(), ByteBufUtil.getBytes(body));
        }
        return BrokerReplies.fetched(response.responseHeaders(), body);
    }

    /**
     * @param moment {@code earliest}, {@code latest} or milliseconds since the epoch
     */
    Mono<FoundOffset> lookUp(String url, TopicPartition tp, String moment) {
        return fetches.get()
                .uri(path(url, tp) + "/offsets?timestamp=" + moment)
                .responseSingle(
                        (response, body) -> bytes(body).map(bytes -> found(response, bytes)))
                .onErrorMap(BrokerHttp::failure);
    }

    private static FoundOffset found(HttpClientResponse response, byte[] body) {
        int status = response.status().code();
        if (status != 200) {
            throw BrokerReplies.failure(status, response.responseHeaders(), body);
        }
        return BrokerReplies.found(body);
    }

    private static Mono<byte[]> bytes(ByteBufMono body) {
        return body.asByteArray().defaultIfEmpty(NOTHING);
    }

    private static String path(String url, TopicPartition tp) {
        return url + "/v1/topics/" + tp.topic() + "/partitions/" + tp.partition();
    }

    private static Throwable failure(Throwable error) {
        if (error instanceof BrokerFailure || error instanceof CorruptBatchException) {
            return error;
        }
        if (error instanceof PoolAcquirePendingLimitException
                || error instanceof PoolAcquireTimeoutException) {
            return BrokerFailure.unsent(
                    ErrorCode.OVERLOADED, "all connections to the broker are busy");
        }
        if (error instanceof ConnectException) {
            return BrokerFailure.unsent(
                    ErrorCode.LEADER_NOT_AVAILABLE, "the leader's broker does not answer");
        }
        return BrokerFailure.unknownOutcome(
                "the connection to the leader's broker failed ("
                        + error.getClass().getSimpleName()
                        + ")");
    }
}
