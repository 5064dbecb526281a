package io.headrace.broker;

import io.headrace.broker.wiring.BrokerConfiguration;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;

/** The broker as a process, and as a part of standalone; configured by {@code broker.yml}. */
@SpringBootConfiguration
@EnableAutoConfiguration
@Import(BrokerConfiguration.class)
public class BrokerApplication {

    public static void main(String... args) {
        run(args);
    }

    /** Starts a broker and returns once it is registered. */
    public static ConfigurableApplicationContext run(String... args) {
        return builder().run(args);
    }

    static SpringApplicationBuilder builder() {
        return new SpringApplicationBuilder(BrokerApplication.class)
                .main(BrokerApplication.class)
                .web(WebApplicationType.REACTIVE)
                .properties("spring.config.name=broker");
    }
}
