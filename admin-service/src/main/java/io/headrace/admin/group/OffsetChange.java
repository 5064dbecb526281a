package io.headrace.admin.group;

import java.util.List;
import java.util.Optional;

/**
 * A change of a group's offsets, planned or done.
 *
 * @param action {@code reset}, {@code alter}, {@code delete}, {@code undo} or {@code delete-group}
 * @param resetId in the history; absent for a plan, and while the database does not answer
 * @param warnings what a person should know about the whole
 */
record OffsetChange(
        String group,
        String action,
        boolean isPlanOnly,
        List<PlannedOffset> plan,
        Optional<Long> resetId,
        List<String> warnings) {}
