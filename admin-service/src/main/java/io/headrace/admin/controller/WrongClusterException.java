package io.headrace.admin.controller;

/** ZooKeeper holds another cluster than the configured one; the message says what to correct. */
public final class WrongClusterException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    WrongClusterException(String message) {
        super(message);
    }
}
