package io.headrace.gateway.route;

import io.headrace.gateway.http.Call;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;

/**
 * Passes one call on to another process and its answer back. Bodies stream both ways; headers that
 * belong to one connection stay on it (RFC 9110, section 7.6.1).
 */
public final class Relay {

    private static final Set<String> HOP_HEADERS =
            Set.of(
                    "connection",
                    "keep-alive",
                    "proxy-connection",
                    "proxy-authenticate",
                    "proxy-authorization",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade",
                    "expect");

    private Relay() {}

    /**
     * @param client with its pool, connect and response timeouts; retries and redirects off
     * @param url of the other process, without a trailing slash
     * @param extra sets what else the request says
     * @param head sees the head of the answer before it is passed on
     */
    public static Flux<Void> pass(
            Call call,
            HttpClient client,
            String url,
            Consumer<HttpHeaders> extra,
            Consumer<HttpClientResponse> head) {
        return client.headers(
                        headers -> {
                            forward(call, headers);
                            extra.accept(headers);
                        })
                .request(call.request().method())
                .uri(url + call.request().uri())
                .send((request, outbound) -> outbound.send(body(call)))
                .response(
                        (response, content) -> {
                            head.accept(response);
                            copyHead(call, response);
                            return Flux.from(
                                    call.isHead()
                                            ? call.response().send()
                                            : call.response().send(content.retain()));
                        });
    }

    private static Publisher<ByteBuf> body(Call call) {
        return hasBody(call) ? call.request().receive().retain() : Mono.empty();
    }

    /** Whether there is a body, which can be passed on once. */
    static boolean hasBody(Call call) {
        HttpHeaders headers = call.request().requestHeaders();
        return headers.contains(HttpHeaderNames.TRANSFER_ENCODING)
                || headers.contains(HttpHeaderNames.CONTENT_LENGTH);
    }

    private static void forward(Call call, HttpHeaders target) {
        HttpHeaders source = call.request().requestHeaders();
        target.remove(HttpHeaderNames.ACCEPT).remove(HttpHeaderNames.USER_AGENT);
        copy(source, target);
        target.remove(HttpHeaderNames.HOST);
        String host = source.get(HttpHeaderNames.HOST);
        if (host != null && !source.contains("X-Forwarded-Host")) {
            target.set("X-Forwarded-Host", host);
        }
        if (!source.contains("X-Forwarded-Proto")) {
            target.set("X-Forwarded-Proto", call.request().scheme());
        }
    }

    private static void copyHead(Call call, HttpClientResponse response) {
        call.response().status(response.status());
        HttpHeaders target = call.response().responseHeaders();
        target.remove(HttpHeaderNames.TRANSFER_ENCODING);
        copy(response.responseHeaders(), target);
        int status = response.status().code();
        boolean isBodiless = status == 204 || status == 304;
        if (!isBodiless && !target.contains(HttpHeaderNames.CONTENT_LENGTH)) {
            target.set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
        }
    }

    private static void copy(HttpHeaders source, HttpHeaders target) {
        Set<String> named = namedByConnection(source);
        for (Map.Entry<String, String> header : source) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (!HOP_HEADERS.contains(name) && !named.contains(name)) {
                target.add(header.getKey(), header.getValue());
            }
        }
    }

    private static Set<String> namedByConnection(HttpHeaders headers) {
        String connection = headers.get(HttpHeaderNames.CONNECTION);
        return connection == null
                ? Set.of()
                : new HashSet<>(
                        List.of(connection.toLowerCase(Locale.ROOT).replace(" ", "").split(",")));
    }
}
