package io.headrace.admin;

import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Starts the admin-service. Its configuration file is {@code admin.yml}; nothing is static, so that
 * several services share one JVM.
 *
 * <p>Auto-configurations that only this service needs, and that other services in the same JVM must
 * exclude: those of {@code spring-boot-webmvc}, {@code -tomcat}, {@code -servlet}, {@code -jdbc},
 * {@code -hibernate}, {@code -data-jpa}, {@code -flyway}, {@code -transaction} and of springdoc for
 * MVC. Those of MVC, Tomcat and springdoc stay away from a reactive context by themselves.
 */
@SpringBootApplication
@ConfigurationPropertiesScan
public class AdminApplication {

    /** Starts the service and returns when it is ready. */
    public static ConfigurableApplicationContext run(String... args) {
        return builder().run(args);
    }

    /** For callers that add to the configuration, like standalone. */
    public static SpringApplicationBuilder builder() {
        SpringApplicationBuilder builder =
                new SpringApplicationBuilder(AdminApplication.class)
                        .main(AdminApplication.class)
                        .web(WebApplicationType.SERVLET)
                        .properties(Map.of("spring.config.name", "admin"));
        SpringApplication application = builder.application();
        application.setRegisterShutdownHook(true);
        return builder;
    }

    public static void main(String[] args) {
        run(args);
    }
}
