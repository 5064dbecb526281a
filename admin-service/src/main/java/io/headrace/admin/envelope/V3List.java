package io.headrace.admin.envelope;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A list of resources. {@code next} is an absolute URL where the list is paged, else null. */
public record V3List<T>(String kind, ListMetadata metadata, List<T> data) {

    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record ListMetadata(String self, @Nullable String next) {}

    public static <T> V3List<T> of(String kind, String self, List<T> data) {
        return new V3List<>(kind, new ListMetadata(self, null), data);
    }

    public static <T> V3List<T> page(
            String kind, String self, Optional<String> next, List<T> data) {
        return new V3List<>(kind, new ListMetadata(self, next.orElse(null)), data);
    }
}
