package io.headrace.broker.log.producer;

import io.headrace.model.error.ErrorCode;

/** What the sequences of a request say. */
public sealed interface Verdict {

    /** The next in sequence, or from nobody who counts. */
    Verdict IN_SEQUENCE = new InSequence();

    /** Not to be decided before what was admitted in this group is written. */
    Verdict AFTER_GROUP = new AfterGroup();

    record InSequence() implements Verdict {}

    record AfterGroup() implements Verdict {}

    /**
     * All of it is in the log already.
     *
     * @param lastOffset inclusive
     * @param writtenMs when it was written; the append time where the log stamps it
     */
    record Duplicate(long baseOffset, long lastOffset, long writtenMs) implements Verdict {}

    record Refused(ErrorCode code, String text) implements Verdict {}
}
