package io.headrace.standalone;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/**
 * Keeps each service's context what it is in a process of its own: Spring Boot configures whatever
 * is on the class path, and in one JVM that is the libraries of all services.
 *
 * <p>The broker and the gateway get no database and no servlet container, the admin-service no
 * Reactor Netty. Told by the property {@value #SERVICE}; without it nothing is filtered.
 */
final class OneServiceFilter implements AutoConfigurationImportFilter, EnvironmentAware {

    static final String SERVICE = "headrace.standalone.service";

    private static final String BOOT = "org.springframework.boot.";
    private static final List<String> ADMIN_ONLY =
            List.of(
                    BOOT + "jdbc.",
                    BOOT + "sql.",
                    BOOT + "h2console.",
                    BOOT + "hibernate.",
                    BOOT + "jpa.",
                    BOOT + "data.",
                    BOOT + "persistence.",
                    BOOT + "flyway.",
                    BOOT + "transaction.",
                    BOOT + "servlet.",
                    BOOT + "tomcat.",
                    BOOT + "webmvc.",
                    "org.springdoc.webmvc.");
    private static final List<String> NETTY_ONLY =
            List.of(
                    BOOT + "reactor.netty.",
                    BOOT + "netty.",
                    BOOT + "webflux.",
                    "org.springdoc.webflux.");
    private static final Map<String, List<String>> NOT_FOR =
            Map.of("admin", NETTY_ONLY, "broker", ADMIN_ONLY, "gateway", ADMIN_ONLY);

    private @Nullable Environment environment;

    @Override
    public void setEnvironment(Environment environment) {
        this.environment = environment;
    }

    @Override
    public boolean[] match(
            @Nullable String[] autoConfigurationClasses, AutoConfigurationMetadata metadata) {
        String service = environment == null ? null : environment.getProperty(SERVICE);
        List<String> banned =
                service == null ? List.of() : NOT_FOR.getOrDefault(service, List.of());
        boolean[] wanted = new boolean[autoConfigurationClasses.length];
        for (int i = 0; i < wanted.length; i++) {
            String name = autoConfigurationClasses[i];
            wanted[i] = name == null || banned.stream().noneMatch(name::startsWith);
        }
        return wanted;
    }
}
