package io.headrace.broker.kafka.api;

import java.nio.ByteBuffer;

/** Opaque bytes of groups, between Kafka's arrays and our buffers. */
final class GroupBytes {

    private GroupBytes() {}

    static byte[] array(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return copy;
    }
}
