package io.headrace.admin.wiring;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import org.hibernate.cfg.JdbcSettings;
import org.hibernate.dialect.Dialect;
import org.hibernate.dialect.H2Dialect;
import org.hibernate.dialect.PostgreSQLDialect;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.hibernate.autoconfigure.HibernatePropertiesCustomizer;
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

    @Bean
    DatabaseMigration databaseMigration() {
        return new DatabaseMigration();
    }

    /** Hibernate is told what it would ask a database that may be away. */
    @Bean
    HibernatePropertiesCustomizer dialect(Environment environment) {
        String url = environment.getProperty("spring.datasource.url", "");
        Class<? extends Dialect> dialect =
                url.startsWith("jdbc:postgresql:") ? PostgreSQLDialect.class : H2Dialect.class;
        return properties -> {
            properties.putIfAbsent(JdbcSettings.DIALECT, dialect.getName());
            properties.put(JdbcSettings.ALLOW_METADATA_ON_BOOT, false);
        };
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
