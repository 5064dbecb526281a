package io.headrace.broker.group;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The groups of one shard, by id.
 *
 * <p>Owner: the shard's thread; how many there are in all shards is counted in {@link
 * GroupCounters}. Bounds: clients make no group more when a broker has as many as it may have; as
 * many more as threads coordinate can come at the same moment. What the log says is always taken.
 */
final class GroupTable {

    private final Map<String, Group> groups = new LinkedHashMap<>();
    private final int countMax;
    private final GroupCounters counters;

    /**
     * @param countMax groups of the whole broker
     */
    GroupTable(int countMax, GroupCounters counters) {
        this.countMax = countMax;
        this.counters = counters;
    }

    @Nullable Group find(String id) {
        return groups.get(id);
    }

    Group findOrCreate(String id) {
        Group found = groups.get(id);
        if (found != null) {
            return found;
        }
        Group created = new Group(id);
        groups.put(id, created);
        counters.groupsChanged(1);
        return created;
    }

    /** Nothing, where it would be one too many. */
    @Nullable Group findOrAdmit(String id) {
        if (!groups.containsKey(id) && counters.groupCount() >= countMax) {
            counters.groupRefused();
            return null;
        }
        return findOrCreate(id);
    }

    /** Keeps the offsets of the group that it takes the place of. */
    void put(Group group) {
        Group before = groups.put(group.id(), group);
        if (before == null) {
            counters.groupsChanged(1);
        } else {
            group.offsets.putAll(before.offsets);
        }
    }

    void remove(String id) {
        if (groups.remove(id) != null) {
            counters.groupsChanged(-1);
        }
    }

    /** Forgets the group, but not offsets that were committed while it was being deleted. */
    void forget(String id) {
        Group before = groups.get(id);
        remove(id);
        if (before != null && !before.offsets.isEmpty()) {
            findOrCreate(id).offsets.putAll(before.offsets);
        }
    }

    Collection<Group> all() {
        return groups.values();
    }

    /** The shard is over: its groups are no longer this broker's. */
    void over() {
        counters.groupsChanged(-groups.size());
    }
}
