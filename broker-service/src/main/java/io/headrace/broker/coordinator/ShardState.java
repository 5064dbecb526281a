package io.headrace.broker.coordinator;

import io.headrace.model.error.ErrorCode;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The state machine of one shard; all calls come one at a time. */
public interface ShardState {

    /**
     * Applies a committed record, in the order of the log. The buffers are valid during the call.
     *
     * @param value null for a tombstone
     */
    void replay(ByteBuffer key, @Nullable ByteBuffer value);

    /** Everything was replayed; events come from now on. */
    void loaded();

    /** The shard is over: whoever waits inside the machine is told why. Nothing is called after. */
    void unloaded(ErrorCode why);
}
