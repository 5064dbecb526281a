package io.headrace.bench.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;

/** How the records of a produce request are written; each record's stored value is 100 bytes. */
enum ProduceFormat {
    JSON("application/vnd.kafka.json.v2+json"),
    BINARY("application/vnd.kafka.binary.v2+json"),
    NDJSON("application/x-ndjson");

    static final int VALUE_BYTES = 100;
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

    private final String mediaType;

    ProduceFormat(String mediaType) {
        this.mediaType = mediaType;
    }

    /** A whole HTTP request with so many records of random letters. */
    ByteBuffer request(String host, String topic, int records, Random random) {
        StringBuilder body = new StringBuilder(records * 160);
        for (int i = 0; i < records; i++) {
            body.append(i == 0 ? "" : this == NDJSON ? "\n" : ",");
            record(body, random);
        }
        String text = this == NDJSON ? body + "\n" : "{\"records\":[" + body + "]}";
        String head =
                "POST /topics/%s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
                        .formatted(topic, host, mediaType, text.length());
        return ByteBuffer.wrap((head + text).getBytes(StandardCharsets.US_ASCII));
    }

    private void record(StringBuilder body, Random random) {
        switch (this) {
            case JSON -> quoted(body.append("{\"value\":"), random).append('}');
            case NDJSON -> quoted(body, random);
            case BINARY -> {
                byte[] value = letters(random, VALUE_BYTES).getBytes(StandardCharsets.US_ASCII);
                body.append("{\"value\":\"")
                        .append(Base64.getEncoder().encodeToString(value))
                        .append("\"}");
            }
        }
    }

    /** A JSON string that is 100 bytes long with its quotes, as it is stored. */
    private static StringBuilder quoted(StringBuilder body, Random random) {
        return body.append('"').append(letters(random, VALUE_BYTES - 2)).append('"');
    }

    private static String letters(Random random, int count) {
        StringBuilder text = new StringBuilder(count);
        for (int i = 0; i < count; i++) {
            text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return text.toString();
    }
}
