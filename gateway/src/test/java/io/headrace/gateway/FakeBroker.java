package io.headrace.gateway;

import io.headrace.model.record.BatchesHttp;
import io.headrace.model.record.RecordBatch;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** A broker's reads over memory, on a real socket; what it answers can be overruled. */
final class FakeBroker implements AutoCloseable {

    /** An answer other than the usual one. */
    record Refusal(int status, String code, Map<String, String> headers) {}

    private static final class Log {
        final List<byte[]> batches = new ArrayList<>();
        long start;
        long end;
    }

    private final Map<String, Log> logs = new ConcurrentHashMap<>();
    private final DisposableServer server;
    private volatile @Nullable Function<String, @Nullable Refusal> overrule;

    FakeBroker() {
        server =
                HttpServer.create()
                        .host("127.0.0.1")
                        .port(0)
                        .route(
                                routes ->
                                        routes.get(
                                                        "/v1/topics/{t}/partitions/{p}/batches",
                                                        this::fetch)
                                                .get(
                                                        "/v1/topics/{t}/partitions/{p}/offsets",
                                                        this::offsets))
                        .bindNow();
    }

    String url() {
        return "http://127.0.0.1:" + server.port();
    }

    /**
     * @param decision given method and URI; null for the usual answer
     */
    void overrule(@Nullable Function<String, @Nullable Refusal> decision) {
        overrule = decision;
    }

    /** Puts a batch there as if a producer had sent it. */
    void put(String topic, int partition, ByteBuffer batch) {
        byte[] bytes = new byte[batch.remaining()];
        batch.duplicate().get(bytes);
        Log log = log(topic, partition);
        synchronized (log) {
            add(log, bytes);
        }
    }

    private Log log(String topic, int partition) {
        return logs.computeIfAbsent(topic + "-" + partition, name -> new Log());
    }

    private Log log(HttpServerRequest request) {
        return log(
                String.valueOf(request.param("t")),
                Integer.parseInt(String.valueOf(request.param("p"))));
    }

    private static void add(Log log, byte[] batch) {
        ByteBuffer buffer = ByteBuffer.wrap(batch);
        RecordBatch.setBaseOffset(buffer, 0, log.end);
        log.end = RecordBatch.nextOffset(buffer, 0);
        log.batches.add(batch);
    }

    private Publisher<Void> fetch(HttpServerRequest request, HttpServerResponse response) {
        Refusal refusal = refusal(request);
        if (refusal != null) {
            return refuse(response, refusal, "");
        }
        Log log = log(request);
        long offset = number(request, "offset");
        long bytesMax = number(request, "max_bytes");
        long waitMs = number(request, "max_wait_ms");
        synchronized (log) {
            if (offset < log.start || offset > log.end) {
                String ends =
                        ",\"log_start_offset\":"
                                + log.start
                                + ",\"high_watermark\":"
                                + log.end
                                + ",\"log_end_offset\":"
                                + log.end;
                return refuse(response, new Refusal(416, "OFFSET_OUT_OF_RANGE", Map.of()), ends);
            }
        }
        return Flux.interval(Duration.ZERO, Duration.ofMillis(5))
                .take(waitMs / 5 + 1)
                .onBackpressureDrop()
                .filter(tick -> end(log) > offset)
                .next()
                .thenReturn(true)
                .flatMap(ready -> Mono.from(answer(response, log, offset, bytesMax)));
    }

    private static long end(Log log) {
        synchronized (log) {
            return log.end;
        }
    }

    private static Publisher<Void> answer(
            HttpServerResponse response, Log log, long offset, long bytesMax) {
        ByteBuf body = Unpooled.buffer();
        synchronized (log) {
            response.header(BatchesHttp.HIGH_WATERMARK, Long.toString(log.end));
            response.header(BatchesHttp.LOG_START_OFFSET, Long.toString(log.start));
            response.header(BatchesHttp.LOG_END_OFFSET, Long.toString(log.end));
            for (byte[] batch : log.batches) {
                boolean isWanted = RecordBatch.nextOffset(ByteBuffer.wrap(batch), 0) > offset;
                boolean fits =
                        body.readableBytes() == 0
                                || body.readableBytes() + batch.length <= bytesMax;
                if (isWanted && fits) {
                    body.writeBytes(batch);
                } else if (isWanted) {
                    break;
                }
            }
        }
        if (!body.isReadable()) {
            return response.status(204).send();
        }
        return response.header("Content-Type", BatchesHttp.MEDIA_TYPE).sendObject(body);
    }

    private Publisher<Void> offsets(HttpServerRequest request, HttpServerResponse response) {
        Refusal refusal = refusal(request);
        if (refusal != null) {
            return refuse(response, refusal, "");
        }
        Log log = log(request);
        String moment = parameter(request, "timestamp");
        long offset;
        synchronized (log) {
            offset =
                    switch (moment) {
                        case "earliest" -> log.start;
                        case "latest" -> log.end;
                        default -> firstBatchSince(log, Long.parseLong(moment));
                    };
        }
        return response.sendString(
                Mono.just("{\"offset\":" + offset + ",\"timestamp\":-1,\"leader_epoch\":0}"));
    }

    private static long firstBatchSince(Log log, long timestampMs) {
        for (byte[] batch : log.batches) {
            ByteBuffer buffer = ByteBuffer.wrap(batch);
            if (RecordBatch.maxTimestamp(buffer, 0) >= timestampMs) {
                return RecordBatch.baseOffset(buffer, 0);
            }
        }
        return log.end;
    }

    private @Nullable Refusal refusal(HttpServerRequest request) {
        Function<String, @Nullable Refusal> decision = overrule;
        return decision == null
                ? null
                : decision.apply(request.method().name() + " " + request.uri());
    }

    private static Publisher<Void> refuse(
            HttpServerResponse response, Refusal refusal, String fields) {
        refusal.headers().forEach(response::header);
        response.status(refusal.status()).header("Content-Type", "application/problem+json");
        String body =
                "{\"status\":"
                        + refusal.status()
                        + ",\"detail\":\"refused by the test\",\"code\":\""
                        + refusal.code()
                        + "\""
                        + fields
                        + "}";
        return response.sendString(Mono.just(body));
    }

    private static long number(HttpServerRequest request, String name) {
        return Long.parseLong(parameter(request, name));
    }

    private static String parameter(HttpServerRequest request, String name) {
        String uri = request.uri();
        int from = uri.indexOf(name + "=") + name.length() + 1;
        int to = uri.indexOf('&', from);
        return to < 0 ? uri.substring(from) : uri.substring(from, to);
    }

    @Override
    public void close() {
        server.disposeNow();
    }
}
