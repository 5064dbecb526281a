package io.headrace.gateway;

import java.util.Map;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Starts the gateway: as a process of its own, or by {@link #run} inside another. */
@SpringBootApplication
public class GatewayApplication {

    /**
     * Starts a gateway with its own context and its own configuration file, {@code gateway.yml}.
     *
     * @param args Spring Boot arguments, such as {@code --headrace.zookeeper.connect=host:2181}
     * @return the running context; closing it stops the gateway
     */
    public static ConfigurableApplicationContext run(String... args) {
        return new SpringApplicationBuilder(GatewayApplication.class)
                .main(GatewayApplication.class)
                .web(WebApplicationType.REACTIVE)
                .properties(Map.of("spring.config.name", "gateway"))
                .run(args);
    }

    static void main(String[] args) {
        run(args);
    }
}
