package io.headrace.gateway.wiring;

import io.swagger.v3.core.util.Yaml;
import io.swagger.v3.oas.models.OpenAPI;
import java.io.IOException;
import java.io.InputStream;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.ClassPathResource;

/**
 * The description of the HTTP API, written by hand in {@code gateway-openapi.yaml}: the endpoints
 * do not pass Spring's dispatcher, so there is nothing to derive it from.
 */
@Configuration(proxyBeanMethods = false)
class OpenApiConfiguration {

    @Bean
    OpenAPI gatewayOpenApi() throws IOException {
        try (InputStream yaml = new ClassPathResource("gateway-openapi.yaml").getInputStream()) {
            OpenAPI description = Yaml.mapper().readValue(yaml, OpenAPI.class);
            description.getInfo().setVersion(Version.ofGateway());
            return description;
        }
    }
}
