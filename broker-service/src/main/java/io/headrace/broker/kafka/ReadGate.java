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
        NO_MEMORY,
        /** It finds none as long as it would have to wait behind another. */
        BEHIND_ANOTHER
    }

    private final Channel channel;
    private final EnumSet<Reason> reasons = EnumSet.noneOf(Reason.class);
    private Runnable whenTurn = () -> {};
    private long closedNanos;
    private long closedSinceNanos;

    ReadGate(Channel channel) {
        this.channel = channel;
    }

    /** Who holds bytes that wait behind another request; called when nothing is before them. */
    void whenTurn(Runnable reader) {
        whenTurn = reader;
    }

    void close(Reason reason) {
        if (reasons.isEmpty()) {
            closedSinceNanos = System.nanoTime();
        }
        reasons.add(reason);
        channel.config().setAutoRead(false);
    }

    void open(Reason reason) {
        if (!reasons.remove(reason)) {
            return;
        }
        if (reasons.isEmpty()) {
            closedNanos += System.nanoTime() - closedSinceNanos;
            channel.config().setAutoRead(true);
        }
        if (reason == Reason.BEHIND_ANOTHER) {
            whenTurn.run();
        }
    }

    /** How long in all the socket was not read. */
    long closedNanos(long nowNanos) {
        return reasons.isEmpty() ? closedNanos : closedNanos + nowNanos - closedSinceNanos;
    }
}
