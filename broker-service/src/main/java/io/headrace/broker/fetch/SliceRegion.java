package io.headrace.broker.fetch;

import io.headrace.broker.log.LogSlice;
import io.netty.channel.DefaultFileRegion;
import java.io.IOException;
import java.nio.channels.FileChannel;

/**
 * A log slice on its way to a socket by {@code sendfile}.
 *
 * <p>Netty releases it when it is written, or when the connection ends before; the release closes
 * the slice and so frees the segment, and leaves the segment's channel open.
 */
public final class SliceRegion extends DefaultFileRegion {

    private final LogSlice slice;

    public SliceRegion(FileChannel channel, LogSlice slice) {
        super(channel, slice.position(), slice.length());
        this.slice = slice;
    }

    /** The file could not be read while the kernel sent from it. */
    void failed(IOException cause) {
        slice.sendFailed(cause);
    }

    @Override
    protected void deallocate() {
        slice.close();
    }
}
