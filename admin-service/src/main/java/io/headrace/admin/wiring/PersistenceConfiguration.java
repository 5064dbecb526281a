package io.headrace.admin.wiring;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import org.springframework.beans.factory.config.BeanPostProcessor;
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

    /**
     * PostgreSQL's driver waits for ever for a server that stands still, unless it is told not to.
     * What the URL says about it wins.
     */
    @Bean
    static BeanPostProcessor postgresTimeouts() {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessBeforeInitialization(Object bean, String name) {
                if (bean instanceof HikariDataSource pool
                        && pool.getJdbcUrl() != null
                        && pool.getJdbcUrl().startsWith("jdbc:postgresql:")) {
                    pool.addDataSourceProperty("connectTimeout", "2"); // seconds
                    pool.addDataSourceProperty("socketTimeout", "10");
                    pool.addDataSourceProperty("tcpKeepAlive", "true");
                }
                return bean;
            }
        };
    }
}
