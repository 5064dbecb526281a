package io.headrace.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What the members of one group wrote down, put together: who read which record when. */
final class GroupJournals {

    private final BitSet[] read;
    private final Map<String, String> ownerOf = new HashMap<>();
    private final TreeSet<Integer> generations = new TreeSet<>();
    private long reads;
    private long refusedCommits;

    GroupJournals(int partitions) {
        read = new BitSet[partitions];
        for (int partition = 0; partition < partitions; partition++) {
            read[partition] = new BitSet();
        }
    }

    /** Adds one member's journal; the last line of one that was killed may be torn. */
    void add(String member, Path journal) throws IOException {
        String text = Files.readString(journal);
        List<String> whole = text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        for (String line : whole) {
            String[] words = line.split(" ", -1);
            switch (words[0]) {
                case "assigned" -> {
                    int generation = Integer.parseInt(words[1]);
                    generations.add(generation);
                    for (int i = 2; i < words.length; i++) {
                        own(member, generation, Integer.parseInt(words[i]));
                    }
                }
                case "read" -> {
                    own(member, Integer.parseInt(words[1]), Integer.parseInt(words[2]));
                    int first = Integer.parseInt(words[3]);
                    int last = Integer.parseInt(words[4]);
                    read[Integer.parseInt(words[2])].set(first, last + 1);
                    reads += last - first + 1;
                }
                case "refused" -> refusedCommits++;
                default -> {} // committed, revoked, lost, leaves: for the reader of a failure
            }
        }
    }

    private void own(String member, int generation, int partition) {
        String owner = ownerOf.putIfAbsent(generation + "/" + partition, member);
        if (owner != null && !owner.equals(member)) {
            throw new AssertionError(
                    "in generation %d, partition %d was owned by %s and by %s"
                            .formatted(generation, partition, owner, member));
        }
    }

    /** The first offset below the end that no member read, or -1. */
    int firstUnread(int partition, int end) {
        int unread = read[partition].nextClearBit(0);
        return unread < end ? unread : -1;
    }

    String summary() {
        return "%d reads, %d generations with readers of %d, %d commits refused"
                .formatted(reads, generations.size(), generations.last(), refusedCommits);
    }
}
