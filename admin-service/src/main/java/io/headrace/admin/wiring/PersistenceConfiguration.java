package io.headrace.admin.wiring;

import java.nio.file.Path;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** What the database needs before it is opened. */
@Configuration(proxyBeanMethods = false)
class PersistenceConfiguration {

    @Bean
    static DataDirectory dataDirectory(Environment environment) {
        String url = environment.getProperty("spring.datasource.url", "");
        String directory = environment.getProperty("headrace.admin.data-dir", "data/admin");
        return new DataDirectory(Path.of(directory), url.startsWith("jdbc:h2:file:"));
    }
}
