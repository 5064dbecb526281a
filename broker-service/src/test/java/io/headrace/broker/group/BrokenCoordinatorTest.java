package io.headrace.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.coordinator.ManualTime;
import io.headrace.broker.coordinator.MemoryShardLog;
import io.headrace.broker.coordinator.ShardRuntime;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A bug of the group's machine: who called is answered, and the next is served. */
class BrokenCoordinatorTest {

    private final ManualTime time = new ManualTime();
    private final AtomicBoolean isBroken = new AtomicBoolean(true);
    private final GroupCoordinator groups =
            new GroupCoordinator(
                    GroupSettings.DEFAULTS,
                    new ShardRuntime.Environment(new MemoryShardLog(), time, time, time),
                    new ShardRuntime.Limits(1_000, 1 << 20, 100),
                    () -> 1,
                    new NoTopics(),
                    this::random);

    private long random() {
        if (isBroken.get()) {
            throw new IllegalStateException("a bug");
        }
        return 7;
    }

    private CompletableFuture<Join.Reply> join() {
        CompletableFuture<Join.Reply> reply =
                groups.join(
                        new Join.Request(
                                "g",
                                "",
                                null,
                                new Join.Client("client", "/127.0.0.1"),
                                new Join.Timeouts(10_000, 10_000),
                                "consumer",
                                List.of(new Join.Protocol("range", Desk.subscription("t"))),
                                true,
                                true));
        time.settle();
        return reply;
    }

    @Test
    void aCallThatBreaksTheShardIsAnsweredAndTheShardIsLoadedAnew() {
        groups.begin(0, 0);
        time.settle();
        CompletableFuture<Join.Reply> broken = join();
        assertThat(broken).isCompleted();
        assertThat(broken.join().error()).isEqualTo(ErrorCode.UNKNOWN_SERVER_ERROR);
        isBroken.set(false);
        time.pass(1);
        assertThat(join().join().error()).isEqualTo(ErrorCode.MEMBER_ID_REQUIRED);
    }

    /** Nothing is known, and so nothing was deleted. */
    private static final class NoTopics implements TopicIds {
        @Override
        public TopicId idOf(String topic) {
            return Offsets.ANY_ID;
        }

        @Override
        public boolean isDeleted(TopicId id) {
            return false;
        }
    }
}
