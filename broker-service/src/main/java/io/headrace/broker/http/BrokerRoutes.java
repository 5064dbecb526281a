package io.headrace.broker.http;

import io.headrace.broker.http.Call.Context;
import io.headrace.broker.replica.ReplicaManager;
import io.headrace.broker.telemetry.BrokerMetrics;
import io.headrace.broker.telemetry.TopicTraffic;
import io.headrace.model.error.ErrorCode;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpMethod;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * Everything below {@code /v1/}: from the URL to the endpoint, and from whatever goes wrong to a
 * problem.
 *
 * <pre>
 *   GET HEAD  /v1/topics/{t}/partitions/{p}                  state
 *   GET HEAD  /v1/topics/{t}/partitions/{p}/batches          fetch
 *   POST      /v1/topics/{t}/partitions/{p}/batches          produce
 *   GET HEAD  /v1/topics/{t}/partitions/{p}/offsets          lookup by time
 *   GET HEAD  /v1/topics/{t}/partitions/{p}/segments[/{base}] list, or one whole segment
 * </pre>
 */
public final class BrokerRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(BrokerRoutes.class);
    private static final String PREFIX = "/v1/";

    private final Context context;
    private final FetchEndpoint fetch;
    private final ProduceEndpoint produce;
    private final OffsetsEndpoint offsets;
    private final SegmentEndpoint segments;
    private final StateEndpoint state;

    public BrokerRoutes(
            ReplicaManager replicas,
            BrokerMetrics metrics,
            HttpLimits limits,
            BytesInFlight bytesInFlight,
            Executor workers) {
        this.context =
                new Context(replicas, metrics, limits, bytesInFlight, new SliceSender(workers));
        this.fetch = new FetchEndpoint(context);
        this.produce = new ProduceEndpoint(context);
        this.offsets = new OffsetsEndpoint(context, workers);
        this.segments = new SegmentEndpoint(context);
        this.state = new StateEndpoint(context, workers);
    }

    /** Adds the routes of this broker in front of whatever else the server answers. */
    public HttpServerRoutes mount(HttpServerRoutes routes) {
        return routes.route(request -> isOurs(request.uri()), this::handle);
    }

    private static boolean isOurs(String uri) {
        return uri.startsWith(PREFIX) || uri.contains("://");
    }

    /** Answers one request; never fails but with the connection. */
    public Publisher<Void> handle(HttpServerRequest request, HttpServerResponse response) {
        return reply(request)
                .onErrorResume(failure -> Mono.just(Reply.problem(problem(failure, request))))
                .flatMap(reply -> Mono.from(reply.send(request, response)));
    }

    private Mono<Reply> reply(HttpServerRequest request) {
        boolean isProduce = request.method().equals(HttpMethod.POST);
        try {
            RequestTarget target = RequestTarget.parse(request.uri());
            return dispatch(new Call(target, request, eventLoop(request)), isProduce);
        } catch (ProblemException e) {
            countFailure(isProduce);
            return Mono.just(Reply.problem(e.problem()));
        }
    }

    private Mono<Reply> dispatch(Call call, boolean isProduce) {
        boolean hasItem = !call.target().item().isEmpty();
        return switch (call.target().resource()) {
            case "batches" -> {
                if (hasItem) {
                    throw RequestTarget.noSuchPath();
                }
                if (isProduce) {
                    yield produce.produce(call);
                }
                if (!call.isRead()) {
                    throw new ProblemException(
                            Problem.methodNotAllowed(call.method().name(), "GET, HEAD, POST"));
                }
                yield fetch.fetch(call);
            }
            case "offsets" -> {
                if (hasItem) {
                    throw RequestTarget.noSuchPath();
                }
                yield offsets.lookup(call);
            }
            case "segments" -> hasItem ? segments.stream(call) : state.segments(call);
            case "" -> state.partition(call);
            default -> throw RequestTarget.noSuchPath();
        };
    }

    private void countFailure(boolean isProduce) {
        TopicTraffic traffic = context.metrics().unknownTopic();
        if (isProduce) {
            traffic.produceFailed();
        } else {
            traffic.fetchFailed();
        }
    }

    private static Problem problem(Throwable failure, HttpServerRequest request) {
        if (failure instanceof ProblemException known) {
            return known.problem();
        }
        LOG.atError()
                .setCause(failure)
                .addKeyValue("method", request.method().name())
                .log("A request failed for a reason that is ours");
        return Problem.of(
                ErrorCode.UNKNOWN_SERVER_ERROR,
                "the broker failed to handle this request; its server log says why");
    }

    private static EventLoop eventLoop(HttpServerRequest request) {
        EventLoop[] loop = new EventLoop[1];
        request.withConnection(connection -> loop[0] = connection.channel().eventLoop());
        @Nullable EventLoop found = loop[0];
        if (found == null) {
            throw new IllegalStateException("a request without a connection");
        }
        return found;
    }
}
