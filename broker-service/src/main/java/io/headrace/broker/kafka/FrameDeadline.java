package io.headrace.broker.kafka;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Says when a frame has taken too long to arrive: a fixed time, and a second more for each {@value
 * #BYTES_PER_SECOND_MIN} bytes of it that came. Who sends a byte now and then would else hold a
 * connection, and the memory that the frame announced, for ever.
 *
 * <p>Time in which this broker did not read the socket does not count.
 *
 * <p>Owner: the connection's event loop. Bound: one timer per connection, which outlives the frames
 * that come in time.
 */
final class FrameDeadline {

    static final int BYTES_PER_SECOND_MIN = 64 << 10;

    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final long frameNanos;
    private final ReadGate gate;
    private final Runnable whenOver;
    private @Nullable Future<?> timer;
    private boolean isRunning;
    private long startNanos;
    private long closedBeforeNanos;
    private int arrived;

    FrameDeadline(Duration frameTime, ReadGate gate, Runnable whenOver) {
        this.frameNanos = frameTime.toNanos();
        this.gate = gate;
        this.whenOver = whenOver;
    }

    /** A frame has begun and is not whole; so much of it is here. */
    void awaits(EventLoop loop, int bytesArrived) {
        arrived = bytesArrived;
        if (!isRunning) {
            isRunning = true;
            startNanos = System.nanoTime();
            closedBeforeNanos = gate.closedNanos(startNanos);
        }
        if (timer == null) {
            timer = loop.schedule(() -> look(loop), frameNanos, TimeUnit.NANOSECONDS);
        }
    }

    /** The frame is whole. */
    void reached() {
        isRunning = false;
    }

    void cancel() {
        isRunning = false;
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private void look(EventLoop loop) {
        timer = null;
        if (!isRunning) {
            return;
        }
        long now = System.nanoTime();
        long spent = now - startNanos - (gate.closedNanos(now) - closedBeforeNanos);
        long left = frameNanos + arrived * SECOND_NANOS / BYTES_PER_SECOND_MIN - spent;
        if (left > 0) {
            timer =
                    loop.schedule(
                            () -> look(loop), Math.max(left, PAUSE_NANOS), TimeUnit.NANOSECONDS);
        } else {
            isRunning = false;
            whenOver.run();
        }
    }
}
