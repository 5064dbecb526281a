package io.headrace.system.history;

/** The first byte of an event in a file; the order is the format. */
enum EventKind {
    PARTITION,
    PRODUCER,
    READER,
    INVOKE,
    OK,
    FAILED,
    UNKNOWN,
    POSITION,
    READ,
    BOUNDS,
    OWNS,
    COMMIT,
    COMMITTED,
    MARK,
    VERDICT,
    STATE,
    CONTROLLER;

    static final int MAGIC = 0x48524831; // HRH1

    private static final EventKind[] ALL = values();

    @SuppressWarnings("EnumOrdinal") // the order is the format
    byte code() {
        return (byte) ordinal();
    }

    static EventKind of(int code) {
        if (code < 0 || code >= ALL.length) {
            throw new IllegalArgumentException("no event has the code " + code);
        }
        return ALL[code];
    }
}
