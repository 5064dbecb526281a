package io.headrace.gateway.instance;

import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.netty.http.client.HttpClient;

/**
 * A page that another gateway handed out and this one passes on: if the client does not get it, the
 * other gateway is told, once.
 */
final class RemotePage implements Handover {

    static final long NONE = -1;

    /** Below an instance's {@code records}, for gateways only. */
    static final String UNRECEIVED = "/unreceived";

    private static final Logger LOG = LoggerFactory.getLogger(RemotePage.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final HttpClient client;
    private final String url;
    private final String gatewayId;
    private long number = NONE;
    private boolean isOver;
    private boolean isTold;

    RemotePage(HttpClient client, String url, String gatewayId) {
        this.client = client;
        this.url = url;
        this.gatewayId = gatewayId;
    }

    synchronized void found(long page) {
        number = page;
    }

    @Override
    public synchronized void end(boolean isWritten) {
        if (!isOver) {
            isOver = true;
            if (!isWritten) {
                lost();
            }
        }
    }

    @Override
    public synchronized void lost() {
        if (number == NONE || isTold) {
            return;
        }
        isTold = true;
        client.headers(headers -> headers.set(InstanceProxy.FORWARDED_BY, gatewayId))
                .responseTimeout(TIMEOUT)
                .request(HttpMethod.POST)
                .uri(url + UNRECEIVED + "?page=" + number)
                .response()
                .subscribe(
                        response -> {},
                        error ->
                                LOG.atWarn()
                                        .addKeyValue("url", url)
                                        .addKeyValue("error", error.toString())
                                        .log(
                                                "A gateway could not be told that a page was not received"));
    }
}
