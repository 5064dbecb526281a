package io.headrace.model.cluster;

import java.util.List;

/**
 * A partition on its way to other brokers: while it moves, its assignment is the target first, then
 * those that are to go.
 *
 * @param adding members of the target that were no replicas before, and who was to become one, is
 *     not any more and has not left yet; may be empty
 * @param removing replicas that are no members of the target; may be empty when the move only adds
 */
public record Move(List<Integer> adding, List<Integer> removing) {

    public Move {
        adding = List.copyOf(adding);
        removing = List.copyOf(removing);
    }
}
