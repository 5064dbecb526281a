package io.headrace.broker.kafka;

import io.netty.channel.Channel;
import java.util.EnumSet;

/**
 * Whether a connection's socket is read: only while nobody has a reason against it.
 *
 * <p>Owner: the connection's event loop.
 */
final class ReadGate {

    /** Why a socket is not read. */
    enum Reason {
        /** Enough requests wait behind the one that is being answered. */
        QUEUE_FULL,
        /** The frame that comes next finds no memory. */
        NO_MEMORY
    }

    private final Channel channel;
    private final EnumSet<Reason> reasons = EnumSet.noneOf(Reason.class);

    ReadGate(Channel channel) {
        this.channel = channel;
    }

    void close(Reason reason) {
        reasons.add(reason);
        channel.config().setAutoRead(false);
    }

    void open(Reason reason) {
        reasons.remove(reason);
        if (reasons.isEmpty() && !channel.config().isAutoRead()) {
            channel.config().setAutoRead(true);
        }
    }
}
