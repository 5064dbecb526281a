package io.headrace.system.check;

import java.util.HashMap;
import java.util.Map;

/**
 * Owners, commits and deliveries of the groups of a history (C11, C12, C21).
 *
 * <p>A record may come to a group twice only when its partition was given out anew in between.
 */
final class Groups {

    private record Ownership(String group, int generation, int partition) {}

    private record Committed(String group, int partition) {}

    private record Pending(int reader, int partition) {}

    private static final class Newest {
        int generation = -1;
        long offset = -1;
    }

    /** How far a group was served since a generation began. */
    private static final class Served {
        int generation = -1;
        long next;
    }

    private final Judgement judgement;
    private final Map<Ownership, Integer> owners = new HashMap<>();
    private final Map<Committed, Newest> commits = new HashMap<>();
    private final Map<Pending, Integer> generations = new HashMap<>();
    private final Map<Committed, Served> served = new HashMap<>();
    private final Map<Pending, Integer> newestWhenInvoked = new HashMap<>();

    Groups(Judgement judgement) {
        this.judgement = judgement;
    }

    void owns(String group, int reader, int generation, int partition) {
        generations.put(new Pending(reader, partition), generation);
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

    /** A member got a record. */
    void delivered(String group, int reader, int partition, long offset) {
        Integer generation = generations.get(new Pending(reader, partition));
        if (generation == null) {
            return; // who owns what is not in the history
        }
        Served last =
                served.computeIfAbsent(new Committed(group, partition), first -> new Served());
        if (generation > last.generation) {
            last.generation = generation;
            last.next = offset + 1;
        } else if (generation == last.generation) {
            if (offset < last.next) {
                judgement.found(
                        Check.C21,
                        "reader "
                                + reader
                                + " got "
                                + offset
                                + " of partition "
                                + partition
                                + " again in generation "
                                + generation);
            }
            last.next = Math.max(last.next, offset + 1);
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
