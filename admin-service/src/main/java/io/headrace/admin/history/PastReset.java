package io.headrace.admin.history;

import java.util.List;
import java.util.Optional;

/**
 * A change of a group's offsets that was made.
 *
 * @param outcome {@code OK}, {@code PENDING} where it is not known, or the code of a failure
 */
public record PastReset(
        long id,
        long atMs,
        String principal,
        String remoteAddress,
        String action,
        String request,
        String outcome,
        Optional<Long> undoOf,
        List<OffsetMove> moves) {}
