package io.headrace.admin.history;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * What a reset did to one partition. Short names: thousands of them are one column.
 *
 * @param before null where nothing was committed
 * @param metadata that was committed beside {@code before}; null where it was empty
 * @param after null where it was forgotten
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record OffsetMove(
        @JsonProperty("t") String topic,
        @JsonProperty("p") int partition,
        @JsonProperty("b") @Nullable Long before,
        @JsonProperty("m") @Nullable String metadata,
        @JsonProperty("a") @Nullable Long after) {}
