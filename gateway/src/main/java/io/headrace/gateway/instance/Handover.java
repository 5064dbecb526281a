package io.headrace.gateway.instance;

/** An answer with records, seen from the connection that it is written to. Any thread. */
interface Handover {

    /**
     * The answer is with the connection, or will never be.
     *
     * @param isWritten whether every byte was handed to the connection
     */
    void end(boolean isWritten);

    /** The client went and left bytes of the answer unread; only after it was written. */
    void lost();
}
