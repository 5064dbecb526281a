package io.headrace.gateway.route;

import io.netty.buffer.ByteBuf;

/**
 * Raw record batches of one fetch; the buffer is valid only while it is handed over.
 *
 * @param batches whole batches; empty when nothing came within the wait
 * @param logStartOffset first offset that can be read
 * @param highWatermark first offset that cannot be read yet
 */
public record Fetched(ByteBuf batches, long logStartOffset, long highWatermark) {}
