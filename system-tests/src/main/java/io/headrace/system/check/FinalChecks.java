package io.headrace.system.check;

import java.util.List;

/** What can be judged only against the final log (C1, C5 gaps, C8, C18, C21). */
final class FinalChecks {

    private final List<Track> tracks;
    private final Judgement judgement;

    private FinalChecks(List<Track> tracks, Judgement judgement) {
        this.tracks = tracks;
        this.judgement = judgement;
    }

    static void judge(
            List<Track> tracks, List<Sender> senders, boolean hasGroup, Judgement judgement) {
        FinalChecks checks = new FinalChecks(tracks, judgement);
        for (Track track : tracks) {
            if (track.wasReadFinally()) {
                checks.partition(track, hasGroup);
            } else {
                judgement.found(Check.INCOMPLETE, track.name + " was not read after the run");
            }
        }
        long sent = 0;
        long ok = 0;
        for (Sender sender : senders) {
            sent += sender.flags.size();
            ok += checks.sends(sender);
        }
        judgement.fact(sent + " values sent, " + ok + " acknowledged");
    }

    /** Answers how many were acknowledged. */
    private long sends(Sender sender) {
        long acknowledged = 0;
        for (long counter = 0; counter < sender.flags.size(); counter++) {
            int flags = sender.flags.get(counter);
            if ((flags & Sender.OK) == 0) {
                continue;
            }
            acknowledged++;
            Track track = tracks.get(sender.partition(counter));
            long offset = sender.offset(counter);
            if ((flags & Sender.FINAL) == 0
                    && track.wasReadFinally()
                    && (offset < 0 || offset >= track.start)) {
                judgement.found(
                        Check.C1, sender.name + ":" + counter + " of " + track.name + "@" + offset);
            }
        }
        return acknowledged;
    }

    private void partition(Track track, boolean hasGroup) {
        for (long offset = track.start; offset < track.flags.size(); offset++) {
            int flags = track.flags.get(offset);
            boolean isFinal = (flags & Track.FINAL) != 0;
            String where = track.name + "@" + offset;
            if (!isFinal && flags != 0) {
                judgement.found(Check.C8, where + " was " + Track.words(track.value(offset)));
            }
            if (isFinal && track.isAssigned && (flags & Track.SEEN) == 0) {
                judgement.found(Check.C18, where);
            }
            if (isFinal && hasGroup && (flags & Track.GROUP) == 0) {
                judgement.found(Check.C21, where);
            }
        }
        for (Track.Gap gap : track.gaps) {
            long first = Math.max(gap.from(), track.start);
            while (first < gap.to() && !track.flags.has(first, Track.FINAL)) {
                first++;
            }
            if (first < gap.to()) {
                judgement.found(
                        Check.C5,
                        gap.reader()
                                + " went past "
                                + track.name
                                + "@"
                                + first
                                + " on its way from "
                                + gap.from()
                                + " to "
                                + gap.to());
            }
        }
    }
}
