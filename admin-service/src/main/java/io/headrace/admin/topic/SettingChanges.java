package io.headrace.admin.topic;

import io.headrace.admin.controller.ControllerEvent.SettingChange;
import io.headrace.admin.controller.ControllerEvent.SettingChange.Operation;
import io.headrace.admin.envelope.V3Exception;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Changes of settings as requests say them. */
public final class SettingChanges {

    private SettingChanges() {}

    /**
     * @param operation null for SET
     * @throws V3Exception if it is none
     */
    public static SettingChange of(
            String name, @Nullable String value, @Nullable String operation) {
        Operation known =
                switch (operation) {
                    case null -> Operation.SET;
                    case "SET" -> Operation.SET;
                    case "DELETE" -> Operation.DELETE;
                    case "APPEND" -> Operation.APPEND;
                    case "SUBTRACT" -> Operation.SUBTRACT;
                    default ->
                            throw V3Exception.badRequest(
                                    "'operation' must be SET, DELETE, APPEND or SUBTRACT");
                };
        if (known == Operation.DELETE) {
            return new SettingChange(name, Optional.empty(), known);
        }
        if (value == null) {
            throw V3Exception.invalidPayload("'" + name + "' needs a 'value'");
        }
        return new SettingChange(name, Optional.of(value), known);
    }
}
