package io.headrace.broker.fetch;

import io.headrace.broker.log.LogSlice;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a worker read what is not in the page cache before an event loop sends it, so that no event
 * loop waits for the device.
 *
 * <p>Bounds: the workers' queue; when it is full the fetch is refused as {@link Outcome.TooMany}.
 */
public final class SliceLoader {

    private static final Logger LOG = LoggerFactory.getLogger(SliceLoader.class);

    /** How it went; except for {@link Ready} the slice is closed. */
    public sealed interface Outcome {

        /** The slice can be sent, very probably without waiting; the receiver owns it. */
        record Ready(LogSlice slice) implements Outcome {}

        record TooMany() implements Outcome {}

        record Failed(IOException cause) implements Outcome {}
    }

    /** Takes the outcome, on the event loop that was named. */
    public interface Receiver {
        void take(Outcome outcome);
    }

    private final Executor workers;

    /**
     * @param workers threads that may wait for the device; bounded, rejects when full
     */
    public SliceLoader(Executor workers) {
        this.workers = workers;
    }

    /** Calls back at once when nothing must be read, else later on the event loop. */
    public void whenReady(LogSlice slice, EventLoop loop, Receiver receiver) {
        Outcome now = now(slice, loop, receiver);
        if (now != null) {
            receiver.take(now);
        }
    }

    private @Nullable Outcome now(LogSlice slice, EventLoop loop, Receiver receiver) {
        try {
            if (slice.length() == 0 || slice.isResident()) {
                return new Outcome.Ready(slice);
            }
            workers.execute(() -> load(slice, loop, receiver));
            return null;
        } catch (IOException e) {
            slice.close();
            return new Outcome.Failed(e);
        } catch (RejectedExecutionException e) {
            slice.close();
            return new Outcome.TooMany();
        }
    }

    private static void load(LogSlice slice, EventLoop loop, Receiver receiver) {
        Outcome outcome;
        try {
            slice.load();
            outcome = new Outcome.Ready(slice);
        } catch (IOException e) {
            slice.close();
            outcome = new Outcome.Failed(e);
        }
        try {
            Outcome loaded = outcome;
            loop.execute(() -> receiver.take(loaded));
        } catch (RejectedExecutionException e) {
            LOG.debug("A slice was loaded after the event loops had stopped");
            slice.close();
        }
    }
}
