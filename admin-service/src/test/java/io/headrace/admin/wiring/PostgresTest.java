package io.headrace.admin.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.admin.history.SampledPast;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;

class PostgresTest {

    private final AdminFixture fixture = AdminFixture.shared();
    private final Rest rest = new Rest();

    @Test
    void theSameMigrationsAndQueriesWorkOnPostgresAndItsLossHoldsNoChangeUp() throws Exception {
        EmbeddedPostgres postgres = EmbeddedPostgres.builder().start();
        try (ConfigurableApplicationContext admin =
                fixture.startAdmin(
                        "admin-pg",
                        "pg",
                        "--spring.datasource.url=" + postgres.getJdbcUrl("postgres", "postgres"),
                        "--spring.datasource.username=postgres")) {
            String cluster = AdminFixture.url(admin) + "/v3/clusters/" + fixture.clusterId() + "/";
            assertThat(rest.post(cluster + "topics", "{\"topic_name\":\"on-pg\"}").status())
                    .isEqualTo(201);
            fixture.await(image -> image.topic("on-pg").isPresent());
            assertThat(
                            rest.put(
                                            cluster + "topics/on-pg/catalog",
                                            "{\"owner\":\"pg-team\",\"labels\":{\"a\":\"b\"}}")
                                    .status())
                    .isEqualTo(200);
            assertThat(
                            rest.get(cluster + "catalog?q=PG-te&label=a%3Db&owner=pg-team")
                                    .json()
                                    .path("data")
                                    .size())
                    .isEqualTo(1);
            assertThat(
                            rest.get(cluster + "audit?resource=on-pg&action=catalog.put")
                                    .json()
                                    .path("data")
                                    .size())
                    .isEqualTo(1);
            new SampledPast(admin).check();
            new SampledPast(admin).checkOldTerm();
            postgres.close();
            Rest.Answer catalog = rest.get(cluster + "topics/on-pg/catalog");
            assertThat(catalog.status()).isEqualTo(503);
            assertThat(rest.get(cluster + "topics/on-pg").status()).isEqualTo(200);
        } finally {
            postgres.close();
        }
    }
}
