package io.headrace.admin.catalog;

import io.headrace.admin.envelope.V3Exception;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an entry says.
 *
 * <p>Bounds: owner 255, description 8,000 characters, 64 labels with keys of 1 to 63 and values of
 * up to 255 characters.
 */
public record CatalogText(String owner, String description, Map<String, String> labels) {

    static final CatalogText EMPTY = new CatalogText("", "", Map.of());

    private static final int OWNER_LENGTH_MAX = 255;
    private static final int DESCRIPTION_LENGTH_MAX = 8_000;
    private static final int LABEL_COUNT_MAX = 64;
    private static final int KEY_LENGTH_MAX = 63;

    public CatalogText {
        labels = java.util.Collections.unmodifiableMap(new TreeMap<>(labels));
    }

    /**
     * @throws V3Exception if something is too long
     */
    void check() {
        if (owner.length() > OWNER_LENGTH_MAX) {
            throw V3Exception.badRequest("owner has at most " + OWNER_LENGTH_MAX + " characters");
        }
        if (description.length() > DESCRIPTION_LENGTH_MAX) {
            throw V3Exception.badRequest(
                    "description has at most " + DESCRIPTION_LENGTH_MAX + " characters");
        }
        if (labels.size() > LABEL_COUNT_MAX) {
            throw V3Exception.badRequest("a topic has at most " + LABEL_COUNT_MAX + " labels");
        }
        labels.forEach(
                (key, value) -> {
                    if (key.isBlank() || key.length() > KEY_LENGTH_MAX || key.indexOf('=') >= 0) {
                        throw V3Exception.badRequest(
                                "a label key has 1 to "
                                        + KEY_LENGTH_MAX
                                        + " characters and no '='");
                    }
                    if (value.length() > OWNER_LENGTH_MAX) {
                        throw V3Exception.badRequest(
                                "a label value has at most " + OWNER_LENGTH_MAX + " characters");
                    }
                });
        if ((owner + description + labels).indexOf('\0') >= 0) {
            throw V3Exception.badRequest("the NUL character is not allowed here");
        }
    }
}
