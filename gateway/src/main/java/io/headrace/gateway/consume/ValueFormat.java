package io.headrace.gateway.consume;

/** How keys and values stand in what is read. */
public enum ValueFormat {
    /** As the JSON they hold. What is not JSON comes as a string with {@code value_encoding}. */
    JSON("application/vnd.kafka.json.v2+json"),
    /** As base64. */
    BINARY("application/vnd.kafka.binary.v2+json"),
    /** As strings. What is not UTF-8 comes as base64 with {@code value_encoding}. */
    TEXT("application/vnd.kafka.text.v2+json");

    private final String v2Type;

    ValueFormat(String v2Type) {
        this.v2Type = v2Type;
    }

    public String v2Type() {
        return v2Type;
    }
}
