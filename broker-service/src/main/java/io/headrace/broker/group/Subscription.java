package io.headrace.broker.group;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The topics that a consumer's subscription names; the rest of it is the clients' own.
 *
 * <pre>
 *   at  len  field
 *    0    2  version, 0 or more
 *    2    4  count
 *    6    –  count times: int16 length, UTF-8 topic name
 *    –    –  whatever the clients add
 * </pre>
 *
 * <p>Source: Kafka's {@code ConsumerProtocolSubscription}.
 */
final class Subscription {

    private Subscription() {}

    /** Empty when the bytes are no subscription; they come from clients. */
    static Optional<Set<String>> topics(ByteBuffer bytes) {
        ByteBuffer in = bytes.duplicate();
        if (in.remaining() < Short.BYTES + Integer.BYTES || in.getShort() < 0) {
            return Optional.empty();
        }
        int count = in.getInt();
        if (count < 0 || count > in.remaining() / Short.BYTES) {
            return Optional.empty();
        }
        Set<String> topics = new HashSet<>();
        for (int i = 0; i < count; i++) {
            if (in.remaining() < Short.BYTES) {
                return Optional.empty();
            }
            int length = in.getShort();
            if (length < 0 || length > in.remaining()) {
                return Optional.empty();
            }
            topics.add(StandardCharsets.UTF_8.decode(in.slice(in.position(), length)).toString());
            in.position(in.position() + length);
        }
        return Optional.of(topics);
    }
}
