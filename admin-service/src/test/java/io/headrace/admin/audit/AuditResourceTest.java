package io.headrace.admin.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.admin.wiring.AdminFixture;
import io.headrace.admin.wiring.Rest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class AuditResourceTest {

    private final AdminFixture admin = AdminFixture.shared();
    private final Rest rest = new Rest();

    @Test
    void everyChangeIsKeptMadeOrRefused() {
        String body = "{\"topic_name\":\"audited\"}";
        assertThat(rest.post(admin.cluster("topics"), body).status()).isEqualTo(201);
        assertThat(rest.post(admin.cluster("topics"), body).status()).isEqualTo(400);
        String topic = admin.cluster("topics/audited");
        assertThat(rest.put(topic + "/configs/retention.ms", "{\"value\":\"7\"}").status())
                .isEqualTo(204);
        assertThat(rest.delete(topic).status()).isEqualTo(204);

        JsonNode rows = rest.get(admin.cluster("audit?resource=audited")).json().path("data");

        assertThat(rows.size()).isEqualTo(4);
        assertThat(texts(rows, "action"))
                .containsExactly(
                        "topic.delete", "topic.alter-config", "topic.create", "topic.create");
        assertThat(texts(rows, "result")).containsExactly("OK", "OK", "TOPIC_ALREADY_EXISTS", "OK");
        JsonNode altered = rows.get(1);
        assertThat(altered.path("before").asString()).doesNotContain("retention.ms");
        assertThat(altered.path("after").asString()).contains("\"retention.ms\":\"7\"");
        assertThat(altered.path("principal").asString()).isEqualTo("anonymous");
        assertThat(altered.path("remote_address").asString()).isEqualTo("127.0.0.1");
        assertThat(altered.path("controller_epoch").asInt()).isPositive();
        assertThat(rows.get(0).path("after").isNull()).isTrue();
    }

    @Test
    void pagesAndFiltersFindEveryRowOnce() {
        for (int i = 0; i < 5; i++) {
            assertThat(rest.delete(admin.cluster("topics/paged-audit?validate_only=true")).status())
                    .isEqualTo(404);
        }
        List<Long> ids = new ArrayList<>();
        String next = admin.cluster("audit?resource=paged-audit&action=topic.delete&page_size=2");
        while (!next.isEmpty()) {
            Rest.Answer page = rest.get(next);
            assertThat(page.status()).isEqualTo(200);
            page.json().path("data").forEach(row -> ids.add(row.path("id").asLong()));
            next = page.json().path("metadata").path("next").asString("");
        }
        assertThat(ids).hasSize(5).doesNotHaveDuplicates();
        assertThat(rest.get(admin.cluster("audit?to=1000")).json().path("data")).isEmpty();
        assertThat(
                        rest.get(
                                        admin.cluster(
                                                "audit?resource=paged-audit&from=2020-01-01T00:00:00Z&principal=127.0.0.1"))
                                .json()
                                .path("data")
                                .size())
                .isEqualTo(5);
    }

    private static List<String> texts(JsonNode rows, String field) {
        List<String> texts = new ArrayList<>();
        rows.forEach(row -> texts.add(row.path(field).asString()));
        return texts;
    }
}
