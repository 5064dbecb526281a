package io.headrace.gateway.produce;

/** How keys and values stand in a v2 body. */
enum EmbeddedFormat {
    /** Strings of base64. */
    BINARY,
    /** Any JSON value; its text is the record's bytes. */
    JSON,
    /** Strings; their characters in UTF-8 are the record's bytes. */
    TEXT
}
