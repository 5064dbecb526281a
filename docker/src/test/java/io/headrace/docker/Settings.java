package io.headrace.docker;

import io.headrace.admin.wiring.AdminProperties;
import io.headrace.broker.wiring.BrokerProperties;
import io.headrace.gateway.wiring.GatewayProperties;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What one container's service is configured with, as Spring sees it there: the environment, the
 * image's file, the file in the jar. Binding is strict: a name that no setting has is an error.
 */
final class Settings {

    private static final Map<String, Class<?>> RECORDS =
            Map.of(
                    "broker", BrokerProperties.class,
                    "admin", AdminProperties.class,
                    "gateway", GatewayProperties.class);

    private final ConfigurableEnvironment environment = new StandardEnvironment();

    private Settings(String service, Map<String, Object> variables) {
        MutablePropertySources sources = environment.getPropertySources();
        List.copyOf(sources.stream().toList()).forEach(each -> sources.remove(each.getName()));
        sources.addLast(
                new SystemEnvironmentPropertySource(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
        Path image = Compose.FOLDER.resolve("config/" + service + ".yml");
        if (image.toFile().exists()) {
            sources.addLast(load("image", new FileSystemResource(image)));
        }
        sources.addLast(load("jar", new ClassPathResource(service + ".yml")));
        ConfigurationPropertySources.attach(environment);
    }

    static Settings of(String service, Map<String, Object> variables) {
        return new Settings(service, variables);
    }

    private static PropertySource<?> load(String name, Resource resource) {
        try {
            return new YamlPropertySourceLoader().load(name, resource).getFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The service's own settings; throws when a variable below its prefix is none. */
    <T> T strictly(String service, Class<T> type) {
        return Binder.get(environment)
                .bind(
                        "headrace." + service,
                        Bindable.of(type),
                        new NoUnboundElementsBindHandler(BindHandler.DEFAULT, source -> true))
                .get();
    }

    /** As {@link #strictly(String, Class)}, of the service's own type. */
    Object strictly(String service) {
        return strictly(service, RECORDS.get(service));
    }

    int serverPort() {
        return environment.getRequiredProperty("server.port", Integer.class);
    }

    String property(String name) {
        return environment.getRequiredProperty(name);
    }

    /** Names of Spring Boot's settings as the environment spells them. */
    static Set<String> variablesOfSpring() {
        Set<String> names = new HashSet<>();
        try {
            for (URL url :
                    Collections.list(
                            Settings.class
                                    .getClassLoader()
                                    .getResources("META-INF/spring-configuration-metadata.json"))) {
                try (InputStream in = url.openStream()) {
                    String json = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                    for (JsonNode each : JsonMapper.shared().readTree(json).path("properties")) {
                        names.add(variable(each.path("name").asString()));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names;
    }

    static String variable(String property) {
        return property.replace("-", "").replace('.', '_').toUpperCase(Locale.ROOT);
    }
}
