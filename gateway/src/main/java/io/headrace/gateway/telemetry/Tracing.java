package io.headrace.gateway.telemetry;

import org.jspecify.annotations.Nullable;

/**
 * Records what the gateway does with records as spans of distributed traces, and sends them to a
 * collector; or, by default, does not. Any thread.
 */
public interface Tracing extends AutoCloseable {

    /** Records nothing and costs nothing. */
    Tracing OFF =
            new Tracing() {
                @Override
                public @Nullable Span publish(String topic, @Nullable TraceContext parent) {
                    return null;
                }

                @Override
                public @Nullable Span receive(@Nullable TraceContext parent) {
                    return null;
                }

                @Override
                public void close() {}
            };

    /**
     * Begins to append the records of one request.
     *
     * @param parent what the request is a part of
     * @return null if it is not recorded
     */
    @Nullable Span publish(String topic, @Nullable TraceContext parent);

    /**
     * Begins to read the records of one answer.
     *
     * @param parent what the request is a part of
     * @return null if it is not recorded
     */
    @Nullable Span receive(@Nullable TraceContext parent);

    /** Sends what was recorded, within a bounded time. */
    @Override
    void close();

    /**
     * Something that has begun and, once it has ended, is recorded; if it never ends, it never was.
     * Used by one thread after the other.
     */
    interface Span {

        /** What is done in it is a part of this. */
        TraceContext context();

        /**
         * Says that a record of the answer was made elsewhere.
         *
         * @param traceparent of the record; further ones are left out when there are many already
         */
        void link(byte[] traceparent);

        /**
         * The first end counts.
         *
         * @param topic of the records; null if they are of several
         * @param recordCount of the request or of the answer
         * @param failure its kind, from a closed set; null if there was none
         */
        void end(@Nullable String topic, int recordCount, @Nullable String failure);
    }
}
