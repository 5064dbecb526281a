package io.headrace.admin.envelope;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/** {@code self} is an absolute URL, {@code resource_name} a {@code crn:///} name. */
public record V3Metadata(
        String self, @JsonProperty("resource_name") @Nullable String resourceName) {}
