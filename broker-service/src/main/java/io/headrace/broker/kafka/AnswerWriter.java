package io.headrace.broker.kafka;

import io.headrace.broker.fetch.SliceRegion;
import io.headrace.broker.log.LogSlice;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.Writable;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.utils.ByteUtils;

/**
 * Turns a response into what the channel writes: buffers and, where records lie in a segment, file
 * regions. Everything but records goes into one buffer of exactly the right size.
 *
 * <pre>
 *   | size 4 | header | body ... | region | body ... | region | body |
 * </pre>
 */
final class AnswerWriter implements Writable {

    private static final int LENGTH_BYTES = 4;

    private final ByteBuf buffer;
    private final ByteBuffer bytes;
    private final List<Object> parts = new ArrayList<>(3);
    private int partStart;

    private AnswerWriter(ByteBuf buffer, int size) {
        this.buffer = buffer;
        this.bytes = buffer.nioBuffer(0, size);
    }

    /** The parts of a whole frame, in order; the channel owns them. */
    static List<Object> frame(
            ByteBufAllocator allocator,
            int correlationId,
            short headerVersion,
            ApiMessage body,
            short version) {
        ResponseHeaderData header = new ResponseHeaderData().setCorrelationId(correlationId);
        ObjectSerializationCache cache = new ObjectSerializationCache();
        MessageSizeAccumulator size = new MessageSizeAccumulator();
        header.addSize(size, cache, headerVersion);
        body.addSize(size, cache, version);
        int own = LENGTH_BYTES + size.sizeExcludingZeroCopy();
        ByteBuf buffer = allocator.directBuffer(own, own);
        AnswerWriter writer = new AnswerWriter(buffer, own);
        try {
            writer.bytes.putInt(size.totalSize());
            header.write(writer, cache, headerVersion);
            body.write(writer, cache, version);
            return writer.finished();
        } catch (RuntimeException e) {
            writer.parts.forEach(io.netty.util.ReferenceCountUtil::release);
            buffer.release();
            throw e;
        }
    }

    private List<Object> finished() {
        buffer.writerIndex(bytes.position());
        if (parts.isEmpty()) {
            parts.add(buffer);
            return parts;
        }
        endPart();
        buffer.release();
        return parts;
    }

    /** What was written since the last region becomes a part of its own. */
    private void endPart() {
        int length = bytes.position() - partStart;
        if (length > 0) {
            parts.add(buffer.retainedSlice(partStart, length));
            partStart = bytes.position();
        }
    }

    @Override
    public void writeRecords(BaseRecords records) {
        switch (records) {
            case SliceRecords(LogSlice slice) -> {
                buffer.writerIndex(bytes.position());
                endPart();
                parts.add(part(slice));
            }
            case MemoryRecords inMemory -> writeByteBuffer(inMemory.buffer());
            default ->
                    throw new IllegalArgumentException(
                            "no way to send records of " + records.getClass());
        }
    }

    private Object part(LogSlice slice) {
        Optional<FileChannel> channel = slice.transferChannel();
        return channel.<Object>map(open -> new SliceRegion(open, slice))
                .orElseGet(() -> copied(slice));
    }

    /** For disks without a channel (simulated). */
    private ByteBuf copied(LogSlice slice) {
        ByteBuf copy = buffer.alloc().directBuffer(slice.length(), slice.length());
        try {
            int count = slice.read(copy.nioBuffer(0, slice.length()), 0);
            if (count < slice.length()) {
                throw new IOException("the segment ends inside a slice");
            }
            return copy.writerIndex(count);
        } catch (IOException e) {
            copy.release();
            throw new UncheckedIOException(e);
        } finally {
            slice.close();
        }
    }

    @Override
    public void writeByte(byte value) {
        bytes.put(value);
    }

    @Override
    public void writeShort(short value) {
        bytes.putShort(value);
    }

    @Override
    public void writeInt(int value) {
        bytes.putInt(value);
    }

    @Override
    public void writeLong(long value) {
        bytes.putLong(value);
    }

    @Override
    public void writeDouble(double value) {
        bytes.putDouble(value);
    }

    @Override
    public void writeByteArray(byte[] value) {
        bytes.put(value);
    }

    @Override
    public void writeUnsignedVarint(int value) {
        ByteUtils.writeUnsignedVarint(value, bytes);
    }

    @Override
    public void writeByteBuffer(ByteBuffer value) {
        bytes.put(value.duplicate());
    }

    @Override
    public void writeVarint(int value) {
        ByteUtils.writeVarint(value, bytes);
    }

    @Override
    public void writeVarlong(long value) {
        ByteUtils.writeVarlong(value, bytes);
    }
}
