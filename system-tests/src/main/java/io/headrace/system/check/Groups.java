package io.headrace.system.check;

import java.util.HashMap;
import java.util.Map;

/** Owners and commits of the groups of a history (C11, C12). */
final class Groups {

    private record Ownership(String group, int generation, int partition) {}

    private record Committed(String group, int partition) {}

    private record Pending(int reader, int partition) {}

    private static final class Newest {
        int generation = -1;
        long offset = -1;
    }

    private final Judgement judgement;
    private final Map<Ownership, Integer> owners = new HashMap<>();
    private final Map<Committed, Newest> commits = new HashMap<>();
    private final Map<Pending, Integer> newestWhenInvoked = new HashMap<>();

    Groups(Judgement judgement) {
        this.judgement = judgement;
    }

    void owns(String group, int reader, int generation, int partition) {
        Integer other = owners.putIfAbsent(new Ownership(group, generation, partition), reader);
        if (other != null && other != reader) {
            judgement.found(
                    Check.C11,
                    "generation "
                            + generation
                            + " of "
                            + group
                            + ": readers "
                            + other
                            + " and "
                            + reader
                            + " own partition "
                            + partition);
        }
    }

    void invoked(String group, int reader, int partition) {
        newestWhenInvoked.put(new Pending(reader, partition), newest(group, partition).generation);
    }

    void acknowledged(String group, int reader, int generation, int partition, long offset) {
        Newest newest = newest(group, partition);
        Integer before = newestWhenInvoked.remove(new Pending(reader, partition));
        if (before != null && generation < before) {
            judgement.found(
                    Check.C12,
                    "reader "
                            + reader
                            + " committed "
                            + offset
                            + " of partition "
                            + partition
                            + " in generation "
                            + generation
                            + " after one of generation "
                            + before);
        }
        if (generation >= newest.generation && offset < newest.offset) {
            judgement.found(
                    Check.C12,
                    "reader "
                            + reader
                            + " took partition "
                            + partition
                            + " back from "
                            + newest.offset
                            + " to "
                            + offset);
        }
        newest.generation = Math.max(newest.generation, generation);
        newest.offset = Math.max(newest.offset, offset);
    }

    /** A member begins where the group is; earlier than an acknowledged commit is a lost commit. */
    void position(String group, int reader, int partition, long offset) {
        long committed = newest(group, partition).offset;
        if (offset < committed) {
            judgement.found(
                    Check.C12,
                    "reader "
                            + reader
                            + " begins partition "
                            + partition
                            + " at "
                            + offset
                            + ", committed is "
                            + committed);
        }
    }

    private Newest newest(String group, int partition) {
        return commits.computeIfAbsent(new Committed(group, partition), first -> new Newest());
    }
}
