package io.headrace.admin.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.admin.wiring.AdminFixture;
import io.headrace.admin.wiring.Rest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class CatalogResourceTest {

    private final AdminFixture admin = AdminFixture.shared();
    private final Rest rest = new Rest();

    private void create(String topic) {
        assertThat(
                        rest.post(admin.cluster("topics"), "{\"topic_name\":\"" + topic + "\"}")
                                .status())
                .isEqualTo(201);
    }

    private String entry(String topic) {
        return admin.cluster("topics/" + topic + "/catalog");
    }

    private List<String> found(String query) {
        List<String> names = new ArrayList<>();
        Rest.Answer answer = rest.get(admin.cluster("catalog?" + query));
        assertThat(answer.status()).isEqualTo(200);
        answer.json().path("data").forEach(e -> names.add(e.path("topic_name").asString()));
        return names;
    }

    @Test
    void anEntryIsWrittenReadPatchedAndRemoved() {
        create("catalogued");
        assertThat(rest.get(entry("catalogued")).json().path("owner").asString()).isEmpty();
        Rest.Answer put =
                rest.put(
                        entry("catalogued"),
                        "{\"owner\":\"team-a\",\"description\":\"All orders\",\"labels\":{\"pii\":\"yes\",\"tier\":\"1\"}}");
        assertThat(put.status()).isEqualTo(200);
        Rest.Answer patched =
                rest.patch(
                        entry("catalogued"),
                        "{\"description\":\"Orders\",\"labels\":{\"tier\":null,\"zone\":\"eu\"}}");
        JsonNode json = patched.json();
        assertThat(json.path("owner").asString()).isEqualTo("team-a");
        assertThat(json.path("description").asString()).isEqualTo("Orders");
        assertThat(json.path("labels").toString()).isEqualTo("{\"pii\":\"yes\",\"zone\":\"eu\"}");
        assertThat(rest.get(entry("catalogued")).json()).isEqualTo(json);
        assertThat(rest.delete(entry("catalogued") + "?validate_only=true").status())
                .isEqualTo(204);
        assertThat(rest.get(entry("catalogued")).json()).isEqualTo(json);
        assertThat(rest.delete(entry("catalogued")).status()).isEqualTo(204);
        assertThat(rest.get(entry("catalogued")).json().path("owner").asString()).isEmpty();
    }

    @Test
    void aTopicCreatedAgainStartsEmpty() {
        create("reborn");
        assertThat(rest.put(entry("reborn"), "{\"owner\":\"old-team\"}").status()).isEqualTo(200);
        assertThat(found("owner=old-team")).containsExactly("reborn");
        assertThat(rest.delete(admin.cluster("topics/reborn")).status()).isEqualTo(204);
        assertThat(found("owner=old-team")).isEmpty();
        create("reborn");
        assertThat(rest.get(entry("reborn")).json().path("owner").asString()).isEmpty();
        assertThat(found("owner=old-team")).isEmpty();
    }

    @Test
    void searchFindsByTextLabelAndOwnerInPages() {
        for (int i = 0; i < 5; i++) {
            create("search-" + i);
            assertThat(
                            rest.put(
                                            entry("search-" + i),
                                            "{\"owner\":\"finder\",\"description\":\"No 100% match_"
                                                    + i
                                                    + "\",\"labels\":{\"parity\":\""
                                                    + (i % 2 == 0 ? "even" : "odd")
                                                    + "\"}}")
                                    .status())
                    .isEqualTo(200);
        }
        assertThat(found("q=MATCH_3")).containsExactly("search-3");
        assertThat(found("q=100%25")).hasSize(5);
        assertThat(found("q=100_")).isEmpty();
        assertThat(found("q=odd&owner=finder")).containsExactly("search-1", "search-3");
        assertThat(found("label=parity%3Deven&owner=finder"))
                .containsExactly("search-0", "search-2", "search-4");
        List<String> paged = new ArrayList<>();
        String next = admin.cluster("catalog?owner=finder&page_size=2");
        while (!next.isEmpty()) {
            JsonNode page = rest.get(next).json();
            page.path("data").forEach(e -> paged.add(e.path("topic_name").asString()));
            next = page.path("metadata").path("next").asString("");
        }
        assertThat(paged)
                .containsExactly("search-0", "search-1", "search-2", "search-3", "search-4");
    }
}
