package io.headrace.broker.http;

import io.headrace.model.error.ErrorCode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;

/**
 * Collects a request body into one contiguous direct buffer.
 *
 * <p>A body that arrives in one piece is kept as it is; only a body in several pieces is copied,
 * once, into a buffer of its announced length.
 *
 * <p>Owner: the event loop of the connection. Bounds: {@code bytesMax} per body, and the shared
 * budget over all of them; both are checked before a byte is kept. The budget is held until {@link
 * Body#release}.
 */
final class BodyCollector implements CoreSubscriber<ByteBuf> {

    private static final int FIRST_BYTES_UNKNOWN_LENGTH = 64 << 10;

    /** Who wants the body; called once, on the event loop, unless the connection ends first. */
    interface Target {
        void collected(Body body);

        void refused(Problem problem);

        /** The connection ended inside the body. */
        void aborted();
    }

    /**
     * A whole body; whoever got it releases it once.
     *
     * @param bytes direct and contiguous
     */
    record Body(ByteBuf bytes, long reserved, BytesInFlight budget) {
        void release() {
            bytes.release();
            budget.release(reserved);
        }
    }

    private final ByteBufAllocator allocator;
    private final BytesInFlight budget;
    private final long announced;
    private final int bytesMax;
    private final Target target;

    private long reserved;
    private @Nullable ByteBuf bytes;
    private boolean sharesFirstPiece;
    private boolean done;
    private @Nullable Subscription subscription;

    /**
     * @param announced the Content-Length, -1 when there is none
     */
    BodyCollector(
            ByteBufAllocator allocator,
            BytesInFlight budget,
            long announced,
            int bytesMax,
            Target target) {
        this.allocator = allocator;
        this.budget = budget;
        this.announced = announced;
        this.bytesMax = bytesMax;
        this.target = target;
    }

    static Problem tooLarge(int bytesMax) {
        return Problem.of(
                        ErrorCode.RECORD_LIST_TOO_LARGE,
                        "the body is larger than " + bytesMax + " bytes")
                .with("max_bytes", bytesMax)
                .withHeader("Connection", "close");
    }

    @Override
    public void onSubscribe(Subscription upstream) {
        subscription = upstream;
        upstream.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(ByteBuf piece) {
        if (done || !piece.isReadable()) {
            return;
        }
        long collected = bytes == null ? 0 : bytes.readableBytes();
        long needed = collected + piece.readableBytes();
        if (needed > bytesMax) {
            refuse(tooLarge(bytesMax));
            return;
        }
        if (!reserve(Math.max(announced, needed))) {
            refuse(
                    Problem.of(
                                    ErrorCode.OVERLOADED,
                                    "the broker holds as many request bytes as it may")
                            .withHeader("Connection", "close"));
            return;
        }
        keep(piece, needed);
    }

    @Override
    public void onComplete() {
        if (done) {
            return;
        }
        done = true;
        ByteBuf whole = bytes;
        bytes = null;
        Body body = new Body(whole == null ? allocator.directBuffer(0) : whole, reserved, budget);
        reserved = 0;
        target.collected(body);
    }

    @Override
    public void onError(Throwable failure) {
        abort();
    }

    /** The connection is gone; gives back what was kept. */
    void abort() {
        if (!done) {
            done = true;
            giveBack();
            target.aborted();
        }
    }

    private void keep(ByteBuf piece, long needed) {
        ByteBuf kept = bytes;
        if (kept == null) {
            if (needed == announced && piece.isDirect() && piece.nioBufferCount() == 1) {
                bytes = piece.retain();
                sharesFirstPiece = true;
                return;
            }
            kept =
                    allocator.directBuffer(
                            announced > 0 ? (int) announced : FIRST_BYTES_UNKNOWN_LENGTH, bytesMax);
            bytes = kept;
        } else if (sharesFirstPiece) {
            throw new IllegalStateException("more bytes came than Content-Length announced");
        }
        kept.writeBytes(piece);
    }

    private boolean reserve(long total) {
        if (total <= reserved) {
            return true;
        }
        if (!budget.tryAcquire(total - reserved)) {
            return false;
        }
        reserved = total;
        return true;
    }

    private void refuse(Problem problem) {
        done = true;
        giveBack();
        Subscription upstream = subscription;
        if (upstream != null) {
            upstream.cancel();
        }
        target.refused(problem);
    }

    private void giveBack() {
        ByteBuf kept = bytes;
        bytes = null;
        if (kept != null) {
            kept.release();
        }
        budget.release(reserved);
        reserved = 0;
    }
}
