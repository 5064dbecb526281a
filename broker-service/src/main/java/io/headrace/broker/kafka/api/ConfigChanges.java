package io.headrace.broker.kafka.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.broker.kafka.api.ControllerClient.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Passes changes of the settings of a topic or a broker on to the controller. */
final class ConfigChanges {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /**
     * One change.
     *
     * @param value null to go back to the default
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Change(
            @JsonProperty("name") String name,
            @JsonProperty("value") @Nullable String value,
            @JsonProperty("operation") String operation) {

        static Change set(String name, String value) {
            return new Change(name, value, "SET");
        }

        static Change delete(String name) {
            return new Change(name, null, "DELETE");
        }
    }

    private record Body(
            @JsonProperty("data") List<Change> changes,
            @JsonProperty("validate_only") boolean validateOnly) {}

    private ConfigChanges() {}

    static CompletableFuture<Answer> apply(
            ControllerClient controller, String topic, List<Change> changes, boolean validateOnly) {
        return alter(
                controller, "/topics/" + ControllerClient.segment(topic), changes, validateOnly);
    }

    static CompletableFuture<Answer> applyToBroker(
            ControllerClient controller,
            String brokerId,
            List<Change> changes,
            boolean validateOnly) {
        return alter(
                controller,
                "/brokers/" + ControllerClient.segment(brokerId),
                changes,
                validateOnly);
    }

    private static CompletableFuture<Answer> alter(
            ControllerClient controller, String of, List<Change> changes, boolean validateOnly) {
        return controller.call(
                "POST",
                of + "/configs:alter",
                Optional.of(new Body(changes, validateOnly)),
                TIMEOUT);
    }
}
