package io.headrace.model.telemetry;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a service notes each {@link Trouble}, so that every one is seen in the same three places: a
 * counter, a line in the server log that says what happened, why it matters and what to do, and the
 * health, which names the kinds of the last minute.
 *
 * <p>Owner: any thread; nothing waits. Bounds: one slot for each kind; one line for each kind in
 * {@link #LINE_EVERY_NS}, the first at once. What is left out is counted in the next line.
 */
public final class Troubles implements MeterBinder {

    /** Notes by kind. */
    public static final String METRIC = "headrace.troubles";

    public static final String TAG_KIND = "kind";

    /** How long a kind stays in the health. */
    public static final long RECENT_NS = TimeUnit.SECONDS.toNanos(60);

    static final long LINE_EVERY_NS = TimeUnit.SECONDS.toNanos(10);

    private static final Logger LOG = LoggerFactory.getLogger(Troubles.class);

    /** Times are those since this object was made, and {@link #NEVER}. */
    private static final class Slot {
        static final long NEVER = -1;
        final LongAdder count = new LongAdder();
        final AtomicLong leftOut = new AtomicLong();
        final AtomicLong lineNs = new AtomicLong(NEVER);
        volatile long lastNs = NEVER;
    }

    private final LongSupplier nanoTime;
    private final long startNs;
    private final Map<Trouble, Slot> slots = new EnumMap<>(Trouble.class);

    public Troubles(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.startNs = nanoTime.getAsLong();
        for (Trouble kind : Trouble.values()) {
            slots.put(kind, new Slot());
        }
    }

    /**
     * @param what happened, a sentence without its full stop; asked for only when it is logged
     */
    public void note(Trouble kind, Supplier<String> what) {
        Slot slot = slot(kind);
        long nowNs = sinceStart();
        slot.count.increment();
        slot.lastNs = nowNs;
        long lineNs = slot.lineNs.get();
        boolean isDue = lineNs == Slot.NEVER || nowNs - lineNs >= LINE_EVERY_NS;
        if (!isDue || !slot.lineNs.compareAndSet(lineNs, nowNs)) {
            slot.leftOut.incrementAndGet();
            return;
        }
        LOG.atWarn()
                .log(
                        "Trouble {}: {}{}. {}. {}.",
                        kind.label(),
                        what.get(),
                        more(slot.leftOut.getAndSet(0)),
                        kind.meaning(),
                        kind.remedy());
    }

    private static String more(long leftOut) {
        return leftOut == 0 ? "" : " (and " + leftOut + " times more since the last such line)";
    }

    /** How often a kind was noted. */
    public long count(Trouble kind) {
        return slot(kind).count.sum();
    }

    /** The kinds of the last minute, for the health; always in the same order. */
    public List<String> recent() {
        long nowNs = sinceStart();
        List<String> recent = new ArrayList<>();
        slots.forEach(
                (kind, slot) -> {
                    long lastNs = slot.lastNs;
                    if (lastNs != Slot.NEVER && nowNs - lastNs < RECENT_NS) {
                        recent.add(kind.label());
                    }
                });
        return recent;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        slots.forEach(
                (kind, slot) ->
                        FunctionCounter.builder(METRIC, slot.count, LongAdder::sum)
                                .tag(TAG_KIND, kind.label())
                                .register(registry));
    }

    private Slot slot(Trouble kind) {
        Slot slot = slots.get(kind);
        if (slot == null) {
            throw new IllegalStateException("no slot for " + kind);
        }
        return slot;
    }

    private long sinceStart() {
        return Math.max(0, nanoTime.getAsLong() - startNs);
    }
}
