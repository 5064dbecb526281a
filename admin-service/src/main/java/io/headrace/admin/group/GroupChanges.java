package io.headrace.admin.group;

import io.headrace.admin.audit.AuditLog;
import io.headrace.admin.audit.AuditedChange;
import io.headrace.admin.audit.AuditedResult;
import io.headrace.admin.audit.Caller;
import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.history.NewReset;
import io.headrace.admin.history.OffsetMove;
import io.headrace.admin.history.PastReset;
import io.headrace.admin.history.ResetLog;
import io.headrace.admin.kafka.Committed;
import io.headrace.admin.kafka.GroupDescription;
import io.headrace.admin.kafka.KafkaAdmin;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ObjectMapper;

/**
 * Every change of a group: planned, refused while the group has members, made, written to the
 * history (before) and to the audit log (after).
 *
 * <p>The brokers have the last word: they refuse a commit for a group that somebody has just
 * joined, so what is checked here may be outdated without harm.
 */
public final class GroupChanges {

    private static final String DATABASE_AWAY =
            "the history's database does not answer: this change has no entry to undo it by; its offsets before are here and, once the database is back, in the audit log";

    private final KafkaAdmin kafka;
    private final GroupReads reads;
    private final Supplier<ClusterImage> images;
    private final ResetLog resets;
    private final AuditLog audit;
    private final ObjectMapper json;

    public GroupChanges(
            KafkaAdmin kafka,
            GroupReads reads,
            Supplier<ClusterImage> images,
            ResetLog resets,
            AuditLog audit,
            ObjectMapper json) {
        this.kafka = kafka;
        this.reads = reads;
        this.images = images;
        this.resets = resets;
        this.audit = audit;
        this.json = json;
    }

    /**
     * What is asked for.
     *
     * @param action {@code reset}, {@code alter}, {@code delete}, {@code undo} or {@code
     *     delete-group}
     * @param request as JSON
     */
    record Ask(String group, String action, String request, boolean isPlanOnly, Caller caller) {}

    /** How a partition is written down in the audit log. */
    private record Audited(String topic, int partition, @Nullable Long offset) {}

    /** Moves the offsets of the partitions in scope, or only says how. */
    OffsetChange move(Ask ask, OffsetScope scope, OffsetTarget target) {
        return audited(
                ask,
                () -> {
                    ActiveMembers.refuseAny(reads.group(ask.group()));
                    Map<TopicPartition, Committed> current = kafka.committed(ask.group());
                    NavigableSet<TopicPartition> partitions =
                            scope.resolve(images.get(), current.keySet());
                    return made(
                            ask, plan(current, partitions, target), Optional.empty(), List.of());
                });
    }

    /** Commits these offsets; a group that does not exist is made. */
    OffsetChange set(Ask ask, Map<TopicPartition, Committed> offsets) {
        return audited(
                ask,
                () -> {
                    Optional<GroupDescription> group = reads.find(ask.group());
                    group.ifPresent(ActiveMembers::refuseAny);
                    NavigableSet<TopicPartition> partitions = new TreeSet<>(KafkaAdmin.BY_NAME);
                    partitions.addAll(offsets.keySet());
                    return made(
                            ask,
                            plan(
                                    kafka.committed(ask.group()),
                                    partitions,
                                    new OffsetTarget.Each(offsets)),
                            Optional.empty(),
                            group.isPresent()
                                    ? List.of()
                                    : List.of("the group did not exist before"));
                });
    }

    /** Forgets what was committed for the partitions in scope; others may be in use. */
    OffsetChange forget(Ask ask, OffsetScope scope) {
        return audited(
                ask,
                () -> {
                    GroupDescription group = reads.group(ask.group());
                    Map<TopicPartition, Committed> current = kafka.committed(ask.group());
                    NavigableSet<TopicPartition> partitions =
                            scope.resolve(images.get(), current.keySet());
                    ActiveMembers.refuseReadersOf(group, partitions);
                    partitions.retainAll(current.keySet());
                    return made(
                            ask,
                            plan(current, partitions, new OffsetTarget.Forgotten()),
                            Optional.empty(),
                            List.of());
                });
    }

    /** Puts back what a reset has changed. */
    OffsetChange undo(Ask ask, long resetId) {
        return audited(
                ask,
                () -> {
                    PastReset reset = resets.get(ask.group(), resetId);
                    reads.find(ask.group()).ifPresent(ActiveMembers::refuseAny);
                    Map<TopicPartition, Committed> current = kafka.committed(ask.group());
                    NavigableSet<TopicPartition> partitions = new TreeSet<>(KafkaAdmin.BY_NAME);
                    Map<TopicPartition, Committed> before = new HashMap<>();
                    List<String> warnings = new ArrayList<>();
                    for (OffsetMove move : reset.moves()) {
                        TopicPartition partition =
                                new TopicPartition(move.topic(), move.partition());
                        if (images.get().partition(partition).isEmpty()) {
                            warnings.add(partition + " is gone, and so is its offset");
                            continue;
                        }
                        partitions.add(partition);
                        if (move.before() != null) {
                            String metadata = move.metadata() == null ? "" : move.metadata();
                            before.put(partition, new Committed(move.before(), metadata));
                        }
                        progress(move, current.get(partition)).ifPresent(warnings::add);
                    }
                    return made(
                            ask,
                            plan(current, partitions, new OffsetTarget.Each(before)),
                            Optional.of(resetId),
                            warnings);
                });
    }

    private static Optional<String> progress(OffsetMove move, @Nullable Committed now) {
        Long committed = now == null ? null : now.offset();
        return Objects.equals(committed, move.after())
                ? Optional.empty()
                : Optional.of(
                        move.topic()
                                + "-"
                                + move.partition()
                                + " has moved since: it was set to "
                                + (move.after() == null ? "nothing" : move.after())
                                + " and is at "
                                + (committed == null ? "nothing" : committed));
    }

    /** Deletes a group without members; its offsets stay in the history. */
    void deleteGroup(String group, boolean isPlanOnly, Caller caller) {
        Ask ask = new Ask(group, "delete-group", "{}", isPlanOnly, caller);
        var _ =
                audited(
                        ask,
                        () -> {
                            ActiveMembers.refuseAny(reads.group(group));
                            return made(
                                    ask,
                                    forgotten(kafka.committed(group)),
                                    Optional.empty(),
                                    List.of());
                        });
    }

    private List<PlannedOffset> plan(
            Map<TopicPartition, Committed> current,
            NavigableSet<TopicPartition> partitions,
            OffsetTarget target) {
        Map<TopicPartition, Long> found =
                target instanceof OffsetTarget.AtTime(long timestampMs)
                        ? kafka.atTime(partitions, timestampMs)
                        : Map.of();
        return new OffsetPlan(current, kafka.earliest(partitions), kafka.latest(partitions), found)
                .of(target, partitions);
    }

    /** Without asking where logs end: it does not matter. */
    private static List<PlannedOffset> forgotten(Map<TopicPartition, Committed> current) {
        return current.entrySet().stream()
                .map(
                        entry ->
                                new PlannedOffset(
                                        entry.getKey(),
                                        Optional.of(entry.getValue()),
                                        Optional.empty(),
                                        0,
                                        entry.getValue().offset(),
                                        false,
                                        Optional.empty()))
                .toList();
    }

    private OffsetChange made(
            Ask ask, List<PlannedOffset> plan, Optional<Long> undoOf, List<String> warnings) {
        if (ask.isPlanOnly()) {
            return new OffsetChange(
                    ask.group(), ask.action(), true, plan, Optional.empty(), warnings);
        }
        Optional<Long> id =
                resets.begin(
                        new NewReset(
                                ask.group(),
                                ask.caller(),
                                ask.action(),
                                ask.request(),
                                undoOf,
                                plan.stream().map(GroupChanges::kept).toList()));
        String outcome = ErrorCode.UNKNOWN_SERVER_ERROR.name();
        try {
            make(ask, plan);
            outcome = "OK";
        } catch (V3Exception e) {
            outcome = e.code();
            throw e;
        } finally {
            String known = outcome;
            id.ifPresent(
                    reset -> {
                        var _ = resets.finish(reset, known);
                    });
        }
        List<String> all = new ArrayList<>(warnings);
        if (id.isEmpty()) {
            all.add(DATABASE_AWAY);
        }
        return new OffsetChange(ask.group(), ask.action(), false, plan, id, all);
    }

    private void make(Ask ask, List<PlannedOffset> plan) {
        if (ask.action().equals("delete-group")) {
            kafka.deleteGroup(ask.group());
            return;
        }
        Map<TopicPartition, Committed> commits = new HashMap<>();
        NavigableSet<TopicPartition> forgotten = new TreeSet<>(KafkaAdmin.BY_NAME);
        for (PlannedOffset planned : plan) {
            if (planned.target().isPresent()) {
                commits.put(planned.partition(), planned.target().get());
            } else if (planned.current().isPresent()) {
                forgotten.add(planned.partition());
            }
        }
        if (!commits.isEmpty()) {
            kafka.alter(ask.group(), commits);
        }
        if (!forgotten.isEmpty()) {
            kafka.deleteOffsets(ask.group(), forgotten);
        }
    }

    private static OffsetMove kept(PlannedOffset planned) {
        return new OffsetMove(
                planned.partition().topic(),
                planned.partition().partition(),
                planned.current().map(Committed::offset).orElse(null),
                planned.current().map(Committed::metadata).filter(m -> !m.isEmpty()).orElse(null),
                planned.target().map(Committed::offset).orElse(null));
    }

    private OffsetChange audited(Ask ask, Supplier<OffsetChange> work) {
        AuditedChange change =
                new AuditedChange(
                        "group."
                                + (ask.action().equals("delete-group")
                                        ? "delete"
                                        : ask.action() + "-offsets"),
                        "consumer-group",
                        ask.group(),
                        ask.request(),
                        ask.isPlanOnly());
        try {
            OffsetChange done = work.get();
            audit.append(
                    ask.caller(),
                    change,
                    AuditedResult.ok(
                            Optional.of(text(done.plan(), PlannedOffset::current)),
                            Optional.of(text(done.plan(), PlannedOffset::target)),
                            0));
            return done;
        } catch (V3Exception e) {
            audit.append(ask.caller(), change, AuditedResult.refused(e.code(), e.message()));
            throw e;
        }
    }

    private String text(
            List<PlannedOffset> plan, Function<PlannedOffset, Optional<Committed>> offset) {
        return json.writeValueAsString(
                plan.stream()
                        .map(
                                p ->
                                        new Audited(
                                                p.partition().topic(),
                                                p.partition().partition(),
                                                offset.apply(p)
                                                        .map(Committed::offset)
                                                        .orElse(null)))
                        .toList());
    }
}
