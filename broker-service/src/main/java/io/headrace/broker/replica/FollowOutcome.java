package io.headrace.broker.replica;

import io.headrace.model.error.ErrorCode;

/** What became of a change that a follower's fetcher made. */
public sealed interface FollowOutcome {

    /** It is made. */
    record Done() implements FollowOutcome {}

    /** Another leader epoch has begun, or the replica ended: nothing was changed. */
    record Fenced() implements FollowOutcome {}

    /** Nothing was changed, for this reason; the same change may be tried again later. */
    record Refused(ErrorCode code, String text) implements FollowOutcome {}

    FollowOutcome DONE = new Done();
    FollowOutcome FENCED = new Fenced();
}
