package io.headrace.broker.kafka.api;

import org.apache.kafka.common.protocol.Errors;

/** Compares the leader epoch that a client knows with the one that this broker leads by. */
final class LeaderEpochs {

    private static final int NOT_SAID = -1;

    private LeaderEpochs() {}

    static Errors check(int clients, int own) {
        if (clients == NOT_SAID || clients == own) {
            return Errors.NONE;
        }
        return clients < own ? Errors.FENCED_LEADER_EPOCH : Errors.UNKNOWN_LEADER_EPOCH;
    }
}
