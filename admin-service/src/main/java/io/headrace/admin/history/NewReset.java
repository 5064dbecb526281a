package io.headrace.admin.history;

import io.headrace.admin.audit.Caller;
import java.util.List;
import java.util.Optional;

/**
 * A change of a group's offsets that is about to be made.
 *
 * @param action {@code reset}, {@code alter}, {@code delete}, {@code undo} or {@code delete-group}
 * @param request as JSON
 * @param undoOf id of the reset that it takes back
 */
public record NewReset(
        String group,
        Caller caller,
        String action,
        String request,
        Optional<Long> undoOf,
        List<OffsetMove> moves) {}
