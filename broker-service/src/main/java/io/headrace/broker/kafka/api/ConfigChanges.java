package io.headrace.broker.kafka.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.broker.kafka.api.ControllerClient.Answer;
import io.headrace.model.error.ErrorCode;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.jspecify.annotations.Nullable;

/** Passes changes of the settings of a topic or a broker on to the controller. */
final class ConfigChanges {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /**
     * One change.
     *
     * @param value null to go back to the default
     * @param operation of {@link AlterConfigOp.OpType}, by its name
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Change(
            @JsonProperty("name") String name,
            @JsonProperty("value") @Nullable String value,
            @JsonProperty("operation") String operation) {

        static Change of(String name, @Nullable String value, AlterConfigOp.OpType operation) {
            return new Change(
                    name,
                    operation == AlterConfigOp.OpType.DELETE ? null : value,
                    operation.name());
        }

        static Change set(String name, String value) {
            return new Change(name, value, "SET");
        }
    }

    private record Body(
            @JsonProperty("data") List<Change> changes,
            @JsonProperty("replace_all") boolean replacesAll,
            @JsonProperty("validate_only") boolean validateOnly) {}

    /** Whose settings are changed. */
    record Of(boolean isBroker, String name) {

        static Of topic(String name) {
            return new Of(false, name);
        }

        static Of broker(String id) {
            return new Of(true, id);
        }

        private String path() {
            return (isBroker ? "/brokers/" : "/topics/") + ControllerClient.segment(name);
        }
    }

    private ConfigChanges() {}

    /** Makes the changes one by one to what the settings are when the controller decides. */
    static CompletableFuture<Answer> apply(
            ControllerClient controller, Of of, List<Change> changes, boolean validateOnly) {
        return alter(controller, of, new Body(changes, false, validateOnly));
    }

    /** Sets these; all others return to their defaults. */
    static CompletableFuture<Answer> replace(
            ControllerClient controller, Of of, List<Change> all, boolean validateOnly) {
        return alter(controller, of, new Body(all, true, validateOnly));
    }

    private static CompletableFuture<Answer> alter(ControllerClient controller, Of of, Body body) {
        return controller
                .call("POST", of.path() + "/configs:alter", Optional.of(body), TIMEOUT)
                .thenApply(answer -> of.isBroker() ? ofBroker(answer) : answer);
    }

    /** Kafka calls a bad setting of a broker a bad request. */
    private static Answer ofBroker(Answer answer) {
        return answer.code() == ErrorCode.INVALID_CONFIG
                ? new Answer(ErrorCode.INVALID_REQUEST, answer.text(), answer.body())
                : answer;
    }

    /** Names that stand there more than once. */
    static Set<String> twice(Stream<String> names) {
        Set<String> once = new HashSet<>();
        return names.filter(name -> !once.add(name)).collect(Collectors.toSet());
    }
}
