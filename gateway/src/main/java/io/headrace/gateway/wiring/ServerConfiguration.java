package io.headrace.gateway.wiring;

import io.headrace.gateway.http.DecodeFailureBody;
import io.headrace.gateway.http.FrontDoor;
import org.springframework.boot.reactor.netty.NettyRouteProvider;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.Connection;
import reactor.netty.NettyPipeline;

/** The server: the front door before Spring's dispatcher, on one port. */
@Configuration(proxyBeanMethods = false)
class ServerConfiguration {

    @Bean
    NettyRouteProvider gatewayRoutes(FrontDoor frontDoor) {
        return routes -> routes.route(FrontDoor::isOurs, frontDoor);
    }

    /**
     * What Spring itself answers (actuator on its workers, the API pages) ends on threads that we
     * do not choose, with the same race; such answers are few, so each ends its connection.
     */
    @Bean
    WebFilter oneSpringAnswerPerConnection() {
        return (exchange, chain) -> {
            exchange.getResponse().getHeaders().set(HttpHeaders.CONNECTION, "close");
            return chain.filter(exchange);
        };
    }

    @Bean
    NettyServerCustomizer serverLimits(GatewayProperties properties) {
        DecodeFailureBody decodeFailureBody = new DecodeFailureBody();
        return server ->
                server.requestTimeout(properties.http().requestTimeout())
                        .mapHandle(ServerConfiguration::endOnOwnLoop)
                        .doOnChannelInit(
                                (observer, channel, address) ->
                                        channel.pipeline()
                                                .addAfter(
                                                        NettyPipeline.HttpCodec,
                                                        "headrace-decode-failure-body",
                                                        decodeFailureBody));
    }

    /**
     * An answer that ends on another thread races with the next request of its connection, which
     * may then never be read; so every answer of ours ends on its connection's loop.
     */
    private static Mono<Void> endOnOwnLoop(Mono<Void> answer, Connection connection) {
        return answer.publishOn(Schedulers.fromExecutor(connection.channel().eventLoop()));
    }
}
