package io.headrace.broker.http;

import io.headrace.model.error.ErrorCode;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Schedulers;

/** Makes a reply that reads files on a worker, and brings it back to the event loop. */
final class Workers {

    /** A reply whose making may wait for the device. */
    interface Making {
        Reply make() throws IOException;
    }

    private Workers() {}

    static Mono<Reply> reply(Executor workers, EventLoop loop, Making making) {
        return Mono.<Reply>create(sink -> start(workers, making, sink))
                .publishOn(Schedulers.fromExecutor(loop));
    }

    private static void start(Executor workers, Making making, MonoSink<Reply> sink) {
        try {
            workers.execute(() -> run(making, sink));
        } catch (RejectedExecutionException e) {
            sink.success(
                    Reply.problem(
                            Problem.of(
                                    ErrorCode.OVERLOADED,
                                    "too many lookups wait for the disk; try again")));
        }
    }

    private static void run(Making making, MonoSink<Reply> sink) {
        try {
            sink.success(making.make());
        } catch (IOException e) {
            sink.success(
                    Reply.problem(
                            Problem.of(
                                    ErrorCode.KAFKA_STORAGE_ERROR,
                                    "the log could not be read: " + e.getMessage())));
        } catch (RuntimeException e) {
            sink.error(e);
        }
    }
}
