package io.headrace.broker.replica;

import io.headrace.model.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Deletions of records that wait until every live replica has moved its log start offset.
 *
 * <p>Owner: the partition's lock; what is ready is completed after the unlock. Bound: {@value
 * #COUNT_MAX}.
 */
final class WaitingStarts {

    static final int COUNT_MAX = 1_000;

    private record Waiting(long offset, CompletableFuture<ErrorCode> known) {}

    private final List<Waiting> waiting = new ArrayList<>();

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /**
     * @return false when too many wait
     */
    boolean add(long offset, CompletableFuture<ErrorCode> known) {
        waiting.removeIf(each -> each.known().isDone());
        if (waiting.size() >= COUNT_MAX) {
            return false;
        }
        waiting.add(new Waiting(offset, known));
        return true;
    }

    void takeReached(long lowWatermark, Answers answers) {
        waiting.removeIf(
                each -> {
                    boolean isReached = each.offset() <= lowWatermark;
                    if (isReached) {
                        answers.whenDelivered(() -> each.known().complete(ErrorCode.NONE));
                    }
                    return isReached;
                });
    }

    void takeAll(ErrorCode reason, Answers answers) {
        for (Waiting each : waiting) {
            answers.whenDelivered(() -> each.known().complete(reason));
        }
        waiting.clear();
    }
}
