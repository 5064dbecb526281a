package io.headrace.model.topic;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.UUID;

/**
 * The identity of a topic across deletion and re-creation of its name: 128 random bits.
 *
 * <p>Text form: 22 characters of unpadded URL-safe base64, as Kafka writes it in {@code
 * partition.metadata}.
 */
public record TopicId(long mostSignificantBits, long leastSignificantBits) {

    /** The id that means "no topic"; never given to a topic. */
    public static final TopicId ZERO = new TopicId(0, 0);

    /**
     * A new random id whose text form does not start with a dash (it would look like a command line
     * option).
     */
    public static TopicId random() {
        while (true) {
            UUID uuid = UUID.randomUUID();
            TopicId id = new TopicId(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
            if (id.toString().charAt(0) != '-') {
                return id;
            }
        }
    }

    /**
     * @throws IllegalArgumentException if the text is not 22 characters of URL-safe base64
     */
    public static TopicId parse(String text) {
        byte[] bytes = Base64.getUrlDecoder().decode(text);
        if (bytes.length != 16) {
            throw new IllegalArgumentException("'" + text + "' is not a topic id of 16 bytes");
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new TopicId(buffer.getLong(), buffer.getLong());
    }

    @Override
    public String toString() {
        ByteBuffer buffer = ByteBuffer.allocate(16);
        buffer.putLong(mostSignificantBits).putLong(leastSignificantBits);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(buffer.array());
    }
}
