package io.headrace.broker.coordinator;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A record of an internal topic. The buffers are not copied: nobody moves or writes them.
 *
 * @param value null for a tombstone
 */
public record CoordinatorRecord(ByteBuffer key, @Nullable ByteBuffer value) {}
