package io.headrace.gateway.consume;

import io.headrace.gateway.json.JsonWriter;
import io.headrace.gateway.route.Fetched;
import io.headrace.model.record.RecordReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import java.nio.ByteBuffer;

/**
 * Turns raw batches into pages for one reader: from the reader's offset on, at most so many bytes
 * and records, at least one record if there is one.
 *
 * <p>Owner: one reader; each call runs on one event loop, whose scratch memory it uses. Bounds:
 * scratch that grew above {@link #SCRATCH_KEPT} is dropped after the page.
 */
final class PageWriter {

    private static final int SCRATCH_KEPT = 4 * 1024 * 1024;

    /**
     * What is copied to the page at a time: still in the processor's cache, and of a size that
     * Netty's allocators keep. A page as one buffer would be cleared memory from the system.
     */
    private static final int PIECE_BYTES = 16 * 1024;

    private static final byte[] ID = JsonWriter.constant("id: ");
    private static final byte[] DATA = JsonWriter.constant("\ndata: ");

    /** What one event loop reuses from page to page. */
    private static final class Scratch {
        byte[] source = new byte[64 * 1024];
        JsonWriter target = new JsonWriter(4 * PIECE_BYTES);
    }

    private static final FastThreadLocal<Scratch> SCRATCH =
            new FastThreadLocal<>() {
                @Override
                protected Scratch initialValue() {
                    return new Scratch();
                }
            };

    private final RecordEncoder encoder;
    private final RecordReader reader;
    private final Framing framing;
    private final int partition;
    private final ByteBufAllocator allocator;

    PageWriter(
            RecordEncoder encoder,
            int partition,
            Framing framing,
            int decompressedBytesMax,
            ByteBufAllocator allocator) {
        this.encoder = encoder;
        this.partition = partition;
        this.framing = framing;
        this.reader = new RecordReader(decompressedBytesMax);
        this.allocator = allocator;
    }

    Page write(Fetched fetched, long fromOffset, int bytesMax, long countMax) {
        Scratch scratch = SCRATCH.get();
        int size = fetched.batches().readableBytes();
        if (scratch.source.length < size) {
            scratch.source = new byte[size];
        }
        fetched.batches().getBytes(fetched.batches().readerIndex(), scratch.source, 0, size);
        reader.wrap(ByteBuffer.wrap(scratch.source), 0, size, fromOffset);
        JsonWriter json = scratch.target;
        json.truncate(0);
        CompositeByteBuf bytes = allocator.compositeDirectBuffer(Integer.MAX_VALUE);
        boolean isWhole = false;
        try {
            Page page = write(json, bytes, fetched, fromOffset, bytesMax, countMax);
            isWhole = true;
            return page;
        } finally {
            if (!isWhole) {
                bytes.release();
            }
            if (scratch.source.length > SCRATCH_KEPT || json.array().length > SCRATCH_KEPT) {
                SCRATCH.remove();
            }
        }
    }

    private Page write(
            JsonWriter json,
            CompositeByteBuf bytes,
            Fetched fetched,
            long fromOffset,
            int bytesMax,
            long countMax) {
        long nextOffset = fromOffset;
        long sourceBytes = 0;
        int count = 0;
        if (framing == Framing.ARRAY) {
            json.raw('[');
        }
        while (count == 0 || (count < countMax && sourceBytes < bytesMax)) {
            if (!reader.next()) {
                nextOffset = Math.max(nextOffset, reader.nextOffset());
                break;
            }
            record(json, count);
            count++;
            sourceBytes +=
                    Math.max(0, reader.keyLength()) + (long) Math.max(0, reader.valueLength());
            nextOffset = reader.offset() + 1;
            while (json.size() >= PIECE_BYTES) {
                cutPiece(json, PIECE_BYTES, bytes);
            }
        }
        if (framing == Framing.ARRAY) {
            json.raw(']');
        }
        cutPiece(json, json.size(), bytes);
        return new Page(
                bytes,
                nextOffset,
                fetched.logStartOffset(),
                fetched.highWatermark(),
                count,
                sourceBytes);
    }

    private void cutPiece(JsonWriter json, int length, CompositeByteBuf bytes) {
        ByteBuf piece = allocator.directBuffer(PIECE_BYTES);
        bytes.addComponent(true, piece.writeBytes(json.array(), 0, length));
        json.dropFirst(length);
    }

    private void record(JsonWriter json, int index) {
        switch (framing) {
            case ARRAY -> {
                if (index > 0) {
                    json.raw(',');
                }
                encoder.write(json, reader);
            }
            case NDJSON -> {
                encoder.write(json, reader);
                json.raw('\n');
            }
            case SSE -> {
                json.raw(ID).number(partition).raw('-').number(reader.offset()).raw(DATA);
                encoder.write(json, reader);
                json.raw('\n').raw('\n');
            }
        }
    }
}
