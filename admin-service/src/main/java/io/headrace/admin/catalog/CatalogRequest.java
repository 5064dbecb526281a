package io.headrace.admin.catalog;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.envelope.V3Exception;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Body of PUT and PATCH. PUT: absent means empty. PATCH: absent means unchanged, and a label with
 * the value null is removed.
 */
record CatalogRequest(
        @Nullable String owner,
        @Nullable String description,
        @Nullable Map<String, @Nullable String> labels,
        @JsonProperty("validate_only") @Nullable Boolean validateOnly) {

    CatalogText asWhole() {
        Map<String, String> all = new HashMap<>();
        if (labels != null) {
            labels.forEach(
                    (key, value) -> {
                        if (value == null) {
                            throw V3Exception.badRequest("the label '" + key + "' has no value");
                        }
                        all.put(key, value);
                    });
        }
        return new CatalogText(
                owner == null ? "" : owner, description == null ? "" : description, all);
    }

    CatalogText over(CatalogText before) {
        Map<String, String> all = new HashMap<>(before.labels());
        if (labels != null) {
            labels.forEach(
                    (key, value) -> {
                        if (value == null) {
                            all.remove(key);
                        } else {
                            all.put(key, value);
                        }
                    });
        }
        return new CatalogText(
                owner == null ? before.owner() : owner,
                description == null ? before.description() : description,
                all);
    }
}
