package io.headrace.broker.group;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The groups of one shard, by id. Owner: the shard's thread. */
final class GroupTable {

    private final Map<String, Group> groups = new LinkedHashMap<>();

    @Nullable Group find(String id) {
        return groups.get(id);
    }

    Group findOrCreate(String id) {
        return groups.computeIfAbsent(id, Group::new);
    }

    /** Keeps the offsets of the group that it takes the place of. */
    void put(Group group) {
        Group before = groups.put(group.id(), group);
        if (before != null) {
            group.offsets.putAll(before.offsets);
        }
    }

    void remove(String id) {
        groups.remove(id);
    }

    /** Forgets the group, but not offsets that were committed while it was being deleted. */
    void forget(String id) {
        Group before = groups.remove(id);
        if (before != null && !before.offsets.isEmpty()) {
            findOrCreate(id).offsets.putAll(before.offsets);
        }
    }

    Collection<Group> all() {
        return groups.values();
    }
}
