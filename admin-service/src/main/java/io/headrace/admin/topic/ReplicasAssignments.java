package io.headrace.admin.topic;

import io.headrace.admin.envelope.V3Exception;
import io.headrace.model.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code replicas_assignments} of a request: broker ids by partition number, as text. */
final class ReplicasAssignments {

    private ReplicasAssignments() {}

    /**
     * @param first number of the first partition that is named; all up to the last must be
     */
    static List<List<Integer>> of(Map<String, List<@Nullable Integer>> given, int first) {
        List<List<Integer>> result = new ArrayList<>();
        for (int p = first; p < first + given.size(); p++) {
            List<@Nullable Integer> replicas = given.get(Integer.toString(p));
            if (replicas == null) {
                throw V3Exception.of(
                        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                        "'replicas_assignments' must name every partition from \""
                                + first
                                + "\" on, and \""
                                + p
                                + "\" is missing");
            }
            List<Integer> ids = new ArrayList<>();
            for (Integer id : replicas) {
                if (id == null) {
                    throw V3Exception.badRequest("'replicas_assignments' holds a null");
                }
                ids.add(id);
            }
            result.add(ids);
        }
        return result;
    }
}
