package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * What was worked out when the services were built names no database: one of them takes another.
 */
class OnPostgresTest {

    @TempDir Path root;

    @Test
    void thePlatformAsItIsBuiltKeepsItsAuditAndCatalogInPostgres() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.builder().start()) {
            Path config = Files.createDirectories(root.resolve("config"));
            Files.writeString(
                    config.resolve("admin.yml"),
                    """
                    spring:
                      datasource:
                        url: %s
                        username: postgres
                    """
                            .formatted(postgres.getJdbcUrl("postgres", "postgres")));
            try (PlatformProcess platform =
                    PlatformProcess.up(root.resolve("data"), "--config", config.toString())) {
                platform.createTopic("orders", 1);
                String topic =
                        platform.gateway()
                                + "/v3/clusters/"
                                + platform.clusterId()
                                + "/topics/orders";
                HttpResponse<String> put =
                        platform.http()
                                .put(
                                        topic + "/catalog",
                                        "application/json",
                                        "{\"owner\":\"team-a\"}");
                assertThat(put.statusCode()).as(put.body()).isEqualTo(200);
                JsonNode found =
                        platform.json(
                                platform.gateway()
                                        + "/v3/clusters/"
                                        + platform.clusterId()
                                        + "/catalog?owner=team-a");
                assertThat(found.path("data").size()).isEqualTo(1);
            }
            try (var connection = postgres.getPostgresDatabase().getConnection();
                    var rows =
                            connection
                                    .createStatement()
                                    .executeQuery(
                                            "select count(*) from audit where resource_name = 'orders'")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getLong(1)).isEqualTo(2);
            }
        }
    }
}
