package io.headrace.broker.log;

import java.io.InterruptedIOException;

/** Slows a background reader down. */
@FunctionalInterface
public interface ReadPace {

    /** As fast as it goes. */
    ReadPace FULL = bytes -> {};

    /**
     * Some bytes were read; returns when more may be.
     *
     * @throws InterruptedIOException when the work is to end
     */
    void read(int bytes) throws InterruptedIOException;
}
