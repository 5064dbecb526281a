package io.headrace.gateway.consume;

/** How records stand beside each other. */
enum Framing {
    /** One JSON array per answer. */
    ARRAY,
    /** One record per line. */
    NDJSON,
    /** Server-Sent Events: one event per record, whose id is where to go on. */
    SSE
}
