package io.headrace.gateway.instance;

import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * One read's way from the worker that polls to the client: holds the instance's slot until the
 * answer was written or given up, whichever of the two threads comes last.
 *
 * <p>Any thread.
 */
final class Delivery implements Handover {

    private final ConsumerInstance instance;
    private final Channel channel;
    private boolean holdsSlot;
    private boolean isOver;
    private @Nullable Page page;

    /**
     * @param channel that the answer is written to
     */
    Delivery(ConsumerInstance instance, Channel channel) {
        this.instance = instance;
        this.channel = channel;
    }

    /** The worker has the slot; false, and the slot is given back, if nobody waits any more. */
    synchronized boolean entered() {
        if (isOver) {
            instance.leave();
            return false;
        }
        holdsSlot = true;
        return true;
    }

    /** Whether the read is to be given up. */
    synchronized boolean isOver() {
        return isOver;
    }

    /** The worker has an answer; false if nobody waits for it any more. */
    synchronized boolean attach(Page answer) {
        if (isOver) {
            return false;
        }
        page = answer;
        answer.writtenBy(channel.eventLoop(), this::look);
        return true;
    }

    private void look() {
        if (channel.isOpen() && KernelQueue.isClosedWithBytesLeft(channel)) {
            lost();
        }
    }

    synchronized @Nullable Page page() {
        return page;
    }

    @Override
    public synchronized void lost() {
        if (page != null) {
            page.takeBack();
        }
    }

    @Override
    public void end(boolean isWritten) {
        synchronized (this) {
            if (isOver) {
                return;
            }
            isOver = true;
            if (page != null && isWritten) {
                page.sent();
            } else if (page != null) {
                page.takeBack();
            }
            if (holdsSlot) {
                instance.leave();
            }
        }
        if (!isWritten) {
            instance.wake();
        }
    }
}
