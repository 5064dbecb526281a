package io.headrace.admin.controller;

import java.util.List;

/** Where the controller's decisions are written. Blocking, but never for longer than a session. */
public interface ClusterStore {

    /** What became of a step. */
    enum Commit {
        /** All of it is written. */
        DONE,
        /** Nothing is written: the cluster is no longer what the step expected. */
        STALE,
        /** Nothing is written: there is a newer controller. */
        FENCED,
        /** The connection broke: all of it is written, or nothing. */
        UNKNOWN
    }

    /** Writes the step in one multi, if the term is still the newest. */
    Commit commit(Term term, List<ClusterWrite> step) throws InterruptedException;

    /** What earlier elections have seen of brokers. */
    Remembered rememberedBrokers() throws Exception;
}
