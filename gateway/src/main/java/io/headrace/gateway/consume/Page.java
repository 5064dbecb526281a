package io.headrace.gateway.consume;

import io.netty.buffer.ByteBuf;

/**
 * Encoded records. Whoever receives a page releases or writes its bytes.
 *
 * @param nextOffset where to go on
 * @param count records in it
 * @param sourceBytes size of their keys and values
 */
record Page(
        ByteBuf bytes,
        long nextOffset,
        long logStartOffset,
        long highWatermark,
        int count,
        long sourceBytes) {

    void release() {
        bytes.release();
    }
}
