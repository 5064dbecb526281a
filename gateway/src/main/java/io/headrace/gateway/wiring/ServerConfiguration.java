package io.headrace.gateway.wiring;

import io.headrace.gateway.http.DecodeFailureBody;
import io.headrace.gateway.http.FrontDoor;
import org.springframework.boot.reactor.netty.NettyRouteProvider;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;
import reactor.netty.NettyPipeline;
import reactor.netty.resources.LoopResources;

/** The server: the front door before Spring's dispatcher, on one port. */
@Configuration(proxyBeanMethods = false)
class ServerConfiguration {

    /** Event loops of its own: others in the same JVM keep theirs when this gateway stops. */
    @Bean
    ReactorResourceFactory reactorResourceFactory() {
        ReactorResourceFactory factory = new ReactorResourceFactory();
        factory.setUseGlobalResources(false);
        factory.setLoopResources(
                LoopResources.create(
                        "gateway-http", Runtime.getRuntime().availableProcessors(), true));
        return factory;
    }

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
