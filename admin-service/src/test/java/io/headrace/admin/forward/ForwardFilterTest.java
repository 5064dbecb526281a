package io.headrace.admin.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.admin.wiring.AdminFixture;
import io.headrace.admin.wiring.Rest;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;

class ForwardFilterTest {

    private final AdminFixture fixture = AdminFixture.shared();
    private final Rest rest = new Rest();

    @Test
    void anyInstanceTakesAChangeAndTheControllerMakesIt() {
        try (ConfigurableApplicationContext other =
                fixture.startAdmin("admin-b", "b", "--server.forward-headers-strategy=framework")) {
            String url = AdminFixture.url(other) + "/v3/clusters/" + fixture.clusterId();
            Rest.Answer created = rest.post(url + "/topics", "{\"topic_name\":\"forwarded\"}");
            assertThat(created.status()).isEqualTo(201);
            assertThat(created.header("Location")).isEqualTo(url + "/topics/forwarded");
            assertThat(created.json().path("metadata").path("self").asString())
                    .isEqualTo(url + "/topics/forwarded");
            assertThat(
                            rest.get(fixture.cluster("audit?resource=forwarded"))
                                    .json()
                                    .path("data")
                                    .get(0)
                                    .path("admin_id")
                                    .asString())
                    .isEqualTo("admin-a");
            assertThat(rest.put(url + "/brokers/1/cordon", "").status()).isEqualTo(204);
            assertThat(fixture.image().cordons()).containsOnlyKeys(1);
            assertThat(rest.delete(url + "/brokers/1/cordon").status()).isEqualTo(204);
            assertThat(rest.delete(url + "/balance").status()).isEqualTo(204);
            assertThat(
                            rest.put(
                                            url + "/topics/forwarded/partitions/0/reassignment",
                                            "{\"replicas\":[9]}")
                                    .errorCode())
                    .isEqualTo(40002);
            Rest.Answer looped =
                    rest.call(
                            "DELETE",
                            url + "/topics/forwarded",
                            null,
                            ForwardFilter.FORWARDED_BY,
                            "admin-a");
            assertThat(looped.status()).isEqualTo(503);
            assertThat(looped.errorCode()).isEqualTo(50003);
            Rest.Answer refused = rest.post(url + "/topics", "{\"topic_name\":\"..\"}");
            assertThat(refused.errorCode()).isEqualTo(42206);
            assertThat(
                            rest.get(
                                            url + "/topics",
                                            "X-Forwarded-Host",
                                            "api.example",
                                            "X-Forwarded-Proto",
                                            "https")
                                    .json()
                                    .path("metadata")
                                    .path("self")
                                    .asString())
                    .startsWith("https://api.example/v3/clusters/");
        }
        fixture.await(image -> !image.admins().containsKey("admin-b"));
    }
}
