package io.headrace.broker.log.producer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Producers by their id: open addressing, so that a look-up boxes nothing. Takes no memory before
 * the first producer comes.
 *
 * <p>Invariant: the count of slots is 0 or a power of two, and at least twice the count of
 * producers.
 */
final class ProducerTable {

    private static final int SLOTS_MIN = 8;
    private static final ProducerState[] EMPTY = {};

    private ProducerState[] slots = EMPTY;
    private int count;

    int count() {
        return count;
    }

    @Nullable ProducerState find(long id) {
        return slots.length == 0 ? null : slots[slotOf(slots, id)];
    }

    /** Adds a producer that is not there yet. */
    void add(ProducerState state) {
        if (2 * (count + 1) > slots.length) {
            ProducerState[] larger = new ProducerState[Math.max(SLOTS_MIN, 2 * slots.length)];
            for (ProducerState each : slots) {
                if (each != null) {
                    larger[slotOf(larger, each.id)] = each;
                }
            }
            slots = larger;
        }
        slots[slotOf(slots, state.id)] = state;
        count++;
    }

    void clear() {
        slots = EMPTY;
        count = 0;
    }

    /** Returns how many went. */
    int removeIf(Predicate<ProducerState> goes) {
        List<ProducerState> stay = all();
        int before = count;
        if (!stay.removeIf(goes)) {
            return 0;
        }
        clear();
        stay.forEach(this::add);
        return before - count;
    }

    /** In no order. */
    List<ProducerState> all() {
        List<ProducerState> all = new ArrayList<>(count);
        for (ProducerState each : slots) {
            if (each != null) {
                all.add(each);
            }
        }
        return all;
    }

    /** Where the producer is, or would be. */
    private static int slotOf(ProducerState[] slots, long id) {
        int mask = slots.length - 1;
        int slot = Long.hashCode(id * 0x9E3779B97F4A7C15L) & mask;
        while (slots[slot] != null && slots[slot].id != id) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }
}
