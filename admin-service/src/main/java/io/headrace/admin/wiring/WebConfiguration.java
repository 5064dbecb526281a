package io.headrace.admin.wiring;

import io.headrace.admin.audit.AuditLog;
import io.headrace.admin.catalog.Catalog;
import io.headrace.admin.catalog.CatalogRepository;
import io.headrace.admin.controller.Controller;
import io.headrace.admin.envelope.BodyLimitFilter;
import io.headrace.admin.envelope.V3Clusters;
import io.headrace.admin.envelope.V3ErrorValve;
import io.headrace.admin.envelope.V3ErrorWriter;
import io.headrace.admin.forward.ForwardFilter;
import io.headrace.admin.topic.LeaderOffsets;
import io.headrace.admin.topic.TopicChanges;
import io.headrace.model.coordination.ClusterWatch;
import jakarta.servlet.DispatcherType;
import java.net.http.HttpClient;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.apache.catalina.core.StandardHost;
import org.apache.tomcat.util.buf.EncodedSolidusHandling;
import org.springframework.boot.jackson.autoconfigure.JsonMapperBuilderCustomizer;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.http.MediaType;
import org.springframework.web.accept.HeaderContentNegotiationStrategy;
import org.springframework.web.filter.ForwardedHeaderFilter;
import org.springframework.web.servlet.config.annotation.ContentNegotiationConfigurer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectMapper;

/**
 * The HTTP side: limits, error bodies before Spring MVC, and the use cases behind the resources.
 */
@Configuration(proxyBeanMethods = false)
class WebConfiguration {

    private static final int NESTING_MAX = 64;
    private static final int NUMBER_LENGTH_MAX = 100;
    private static final int NAME_LENGTH_MAX = 1_000;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    /** Strict reading: a typo in a field name is an error, not a default. */
    @Bean
    JsonMapperBuilderCustomizer strictJson() {
        return builder ->
                builder.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION);
    }

    @Bean
    org.springframework.boot.jackson.autoconfigure.JsonFactoryBuilderCustomizer boundedJson() {
        return builder ->
                builder.streamReadConstraints(
                        StreamReadConstraints.builder()
                                .maxNestingDepth(NESTING_MAX)
                                .maxNumberLength(NUMBER_LENGTH_MAX)
                                .maxNameLength(NAME_LENGTH_MAX)
                                .build());
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> tomcatErrors() {
        return factory -> {
            factory.addConnectorCustomizers(
                    connector -> {
                        String passThrough = EncodedSolidusHandling.PASS_THROUGH.getValue();
                        connector.setEncodedSolidusHandling(passThrough);
                        connector.setEncodedReverseSolidusHandling(passThrough);
                    });
            factory.addContextCustomizers(
                    context -> {
                        if (context.getParent() instanceof StandardHost host) {
                            host.setErrorReportValveClass(V3ErrorValve.class.getName());
                        }
                    });
        };
    }

    /** Whoever accepts problem details accepts them for errors only; answers are JSON. */
    @Bean
    WebMvcConfigurer problemsAreForErrors() {
        HeaderContentNegotiationStrategy header = new HeaderContentNegotiationStrategy();
        return new WebMvcConfigurer() {
            @Override
            public void configureContentNegotiation(ContentNegotiationConfigurer configurer) {
                configurer.strategies(
                        List.of(
                                request ->
                                        header.resolveMediaTypes(request).stream()
                                                .map(WebConfiguration::withoutProblems)
                                                .toList()));
            }
        };
    }

    private static MediaType withoutProblems(MediaType type) {
        return type.equalsTypeAndSubtype(MediaType.APPLICATION_PROBLEM_JSON)
                ? MediaType.APPLICATION_JSON
                : type;
    }

    @Bean
    V3ErrorWriter errorWriter(ObjectMapper json) {
        return new V3ErrorWriter(json);
    }

    @Bean
    V3Clusters clusters(ClusterWatch watch) {
        return new V3Clusters(watch::image);
    }

    @Bean
    HttpClient httpClient() {
        return HttpClient.newBuilder()
                .connectTimeout(CONNECT_TIMEOUT)
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    /** In the place of Spring Boot's, which is there or not by what was set at build time. */
    @Bean
    FilterRegistrationBean<ForwardedHeaderFilter> forwardedHeaders(ServerProperties server) {
        FilterRegistrationBean<ForwardedHeaderFilter> filter =
                new FilterRegistrationBean<>(new ForwardedHeaderFilter());
        filter.setDispatcherTypes(
                DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR);
        filter.setOrder(Ordered.HIGHEST_PRECEDENCE);
        filter.setEnabled(
                server.getForwardHeadersStrategy()
                        == ServerProperties.ForwardHeadersStrategy.FRAMEWORK);
        return filter;
    }

    @Bean
    FilterRegistrationBean<BodyLimitFilter> bodyLimit(
            AdminProperties properties, V3ErrorWriter errors) {
        FilterRegistrationBean<BodyLimitFilter> filter =
                new FilterRegistrationBean<>(
                        new BodyLimitFilter(properties.requestBytesMax().toBytes(), errors));
        filter.setOrder(Ordered.LOWEST_PRECEDENCE - 20);
        return filter;
    }

    @Bean
    FilterRegistrationBean<ForwardFilter> forward(
            AdminId adminId,
            Controller controller,
            ClusterWatch watch,
            HttpClient http,
            V3ErrorWriter errors,
            AdminProperties properties) {
        FilterRegistrationBean<ForwardFilter> filter =
                new FilterRegistrationBean<>(
                        new ForwardFilter(
                                adminId.value(),
                                controller,
                                watch,
                                http,
                                errors,
                                new ForwardFilter.Limits(
                                        properties.electionWait(), properties.forwardTimeout())));
        filter.setOrder(Ordered.LOWEST_PRECEDENCE - 10);
        return filter;
    }

    @Bean
    TopicChanges topicChanges(
            Controller controller, AuditLog audit, ObjectMapper json, AdminProperties properties) {
        return new TopicChanges(controller, audit, json, properties.changeTimeout());
    }

    @Bean
    LeaderOffsets leaderOffsets(HttpClient http, ObjectMapper json, AdminProperties properties) {
        return new LeaderOffsets(http, json, properties.offsetsTimeout());
    }

    @Bean
    Catalog catalog(
            CatalogRepository entries,
            ClusterWatch watch,
            AuditLog audit,
            Clock clock,
            ObjectMapper json) {
        return new Catalog(entries, watch::image, audit, clock, json);
    }
}
