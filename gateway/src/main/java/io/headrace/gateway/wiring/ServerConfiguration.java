package io.headrace.gateway.wiring;

import io.headrace.gateway.http.DecodeFailureBody;
import io.headrace.gateway.http.FrontDoor;
import org.springframework.boot.reactor.netty.NettyRouteProvider;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.netty.NettyPipeline;

/** The server: the front door before Spring's dispatcher, on one port. */
@Configuration(proxyBeanMethods = false)
class ServerConfiguration {

    @Bean
    NettyRouteProvider gatewayRoutes(FrontDoor frontDoor) {
        return routes -> routes.route(FrontDoor::isOurs, frontDoor);
    }

    @Bean
    NettyServerCustomizer serverLimits(GatewayProperties properties) {
        DecodeFailureBody decodeFailureBody = new DecodeFailureBody();
        return server ->
                server.requestTimeout(properties.http().requestTimeout())
                        .doOnChannelInit(
                                (observer, channel, address) ->
                                        channel.pipeline()
                                                .addAfter(
                                                        NettyPipeline.HttpCodec,
                                                        "headrace-decode-failure-body",
                                                        decodeFailureBody));
    }
}
