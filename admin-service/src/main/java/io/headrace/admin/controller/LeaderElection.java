package io.headrace.admin.controller;

import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicConfig;
import io.headrace.model.topic.TopicSetting;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Who leads a partition and who is in its ISR after brokers came, went, restarted or ask to stop.
 *
 * <pre>
 * of ISR and ELR            becomes
 * untrusted newcomer        out, while anybody else is left; else one of them stays, never one with another disk
 * nobody of ISR trusted     the trusted ELR becomes the ISR: it holds everything committed; until its leader has
 *                           written an ISR, and so lives, the last copy waits beside it: it leads if they prove
 *                           nothing either
 * gone, stopping            leads no more, if another of the ISR can; stays in the ISR
 * all of ISR gone           a live member of the ELR becomes the ISR, and the leader that is gone waits beside it
 *                           as last copy; none: the ISR waits
 * </pre>
 *
 * <p>Who is gone or stops is taken out of the ISR by the leader, which so shows that it lives: the
 * others of the ISR may all be dead, and their sessions not yet over.
 *
 * <p>The leader stays while it lives, is in the ISR and does not stop; else the first of the
 * assignment that is and has been there for a while, else the one that has been for longest, else
 * none. A replica that is neither in the ISR nor in the ELR leads only where the rules allow an
 * unclean election. The leader epoch grows when the leader changes and when it restarted.
 *
 * <p>Source: KIP-966, decision page 0019.
 */
final class LeaderElection {

    private LeaderElection() {}

    /**
     * What the settings ask for.
     *
     * @param minIsr the high watermark stands still while the ISR is smaller
     * @param mayBeUnclean whether anybody may lead when nobody else can
     */
    record Rules(int minIsr, boolean mayBeUnclean) {

        private static final TopicConfig KAFKAS = TopicConfig.of(Map.of());

        /** What they are made of. */
        static final Set<String> SETTINGS =
                Set.of(
                        TopicSetting.MIN_INSYNC_REPLICAS.settingName(),
                        TopicSetting.UNCLEAN_LEADER_ELECTION_ENABLE.settingName());

        /**
         * Of each partition of a topic. Where the topic sets nothing, the defaults of those who
         * hold the partition count, and of different ones the most careful: as long as eligible
         * replicas are kept their leader commits nothing, so to keep them for too long loses
         * nothing.
         *
         * @param defaults of brokers that do not have Kafka's
         */
        static IntFunction<Rules> of(TopicImage topic, Map<Integer, TopicConfig> defaults) {
            Map<String, String> own = new HashMap<>(topic.config());
            own.keySet().retainAll(SETTINGS);
            TopicConfig set = TopicConfig.of(own);
            boolean setsMinimum = own.containsKey(TopicSetting.MIN_INSYNC_REPLICAS.settingName());
            boolean setsUnclean =
                    own.containsKey(TopicSetting.UNCLEAN_LEADER_ELECTION_ENABLE.settingName());
            return partition -> {
                List<TopicConfig> told =
                        topic.assignments().get(partition).stream()
                                .map(id -> defaults.getOrDefault(id, KAFKAS))
                                .toList();
                int minimum =
                        setsMinimum
                                ? set.minInsyncReplicas()
                                : told.stream()
                                        .mapToInt(TopicConfig::minInsyncReplicas)
                                        .max()
                                        .orElse(set.minInsyncReplicas());
                boolean mayBeUnclean =
                        setsUnclean
                                ? set.uncleanLeaderElection()
                                : !told.isEmpty()
                                        && told.stream()
                                                .allMatch(TopicConfig::uncleanLeaderElection);
                int copies = topic.target(partition).size();
                return new Rules(TopicConfig.fewestInSync(minimum, copies), mayBeUnclean);
            };
        }

        Rules unclean() {
            return new Rules(minIsr, true);
        }
    }

    /** In-sync and eligible replicas on their way through an election. */
    private record Members(List<Integer> isr, List<Integer> elr, int lastCopy) {

        Members(List<Integer> isr, List<Integer> elr) {
            this(isr, elr, PartitionState.NO_LEADER);
        }
    }

    /**
     * @return the next state; empty when it need not change
     */
    static Optional<PartitionState> next(
            PartitionState state, List<Integer> assignment, Standing standing, Rules rules) {
        Members trusted = trusted(state, assignment, standing, rules);
        int measure = measure(state, trusted.isr(), assignment, standing);
        Members members = settled(trusted, measure, standing, rules);
        if (rules.mayBeUnclean() && members.isr().stream().noneMatch(standing.live()::contains)) {
            members = unclean(members, assignment, standing);
        }
        int leader = leader(state.leader(), assignment, members.isr(), standing);
        int lastCopy =
                members.isr().contains(members.lastCopy())
                        ? PartitionState.NO_LEADER
                        : members.lastCopy();
        boolean isNewLeadership =
                leader != state.leader()
                        || (leader != PartitionState.NO_LEADER
                                && standing.newcomers().contains(leader));
        if (!isNewLeadership
                && members.isr().equals(state.isr())
                && members.elr().equals(state.elr())
                && lastCopy == state.lastCopy()) {
            return Optional.empty();
        }
        return Optional.of(
                new PartitionState(
                        leader,
                        state.leaderEpoch() + (isNewLeadership ? 1 : 0),
                        members.isr(),
                        members.elr(),
                        lastCopy,
                        state.partitionEpoch() + 1));
    }

    /** Whether the first of the target can take over, and the state in which it has. */
    static Optional<PartitionState> preferred(
            PartitionState state, List<Integer> target, Standing standing) {
        if (target.isEmpty()) {
            return Optional.empty();
        }
        int preferred = target.getFirst();
        boolean canLead =
                preferred != state.leader()
                        && standing.isPresent(preferred)
                        && !standing.untrusted().contains(preferred)
                        && state.isr().contains(preferred);
        return canLead
                ? Optional.of(
                        new PartitionState(
                                preferred,
                                state.leaderEpoch() + 1,
                                state.isr(),
                                state.elr(),
                                state.lastCopy(),
                                state.partitionEpoch() + 1))
                : Optional.empty();
    }

    private static Members trusted(
            PartitionState state, List<Integer> assignment, Standing standing, Rules rules) {
        List<Integer> isr = only(state.isr(), assignment::contains);
        // With enough in sync the high watermark moves on and leaves the eligible behind.
        List<Integer> elr =
                isr.size() < rules.minIsr() ? only(state.elr(), assignment::contains) : List.of();
        List<Integer> trustedIsr = only(isr, id -> !standing.untrusted().contains(id));
        List<Integer> trustedElr = only(elr, id -> !standing.untrusted().contains(id));
        int lastCopy =
                assignment.contains(state.lastCopy())
                                && !standing.replaced().contains(state.lastCopy())
                        ? state.lastCopy()
                        : PartitionState.NO_LEADER;
        if (!trustedIsr.isEmpty()) {
            return new Members(trustedIsr, trustedElr, lastCopy);
        }
        if (lastCopy == PartitionState.NO_LEADER || isr.isEmpty()) {
            // An ISR that is empty because its brokers are no longer assigned proves nothing.
            lastCopy = measure(state, isr, assignment, standing);
        }
        if (!trustedElr.isEmpty()) {
            return new Members(trustedElr, List.of(), lastCopy);
        }
        if (lastCopy == PartitionState.NO_LEADER) {
            lastCopy = measure(state, elr, assignment, standing);
        }
        return new Members(
                lastCopy == PartitionState.NO_LEADER ? List.of() : List.of(lastCopy), List.of());
    }

    /** They may have lost different ends, so only one of them is the measure for the others. */
    private static int measure(
            PartitionState state, List<Integer> of, List<Integer> assignment, Standing standing) {
        List<Integer> left = only(of, id -> !standing.replaced().contains(id));
        return left.contains(state.leader())
                ? state.leader()
                : first(assignment, left::contains).orElse(PartitionState.NO_LEADER);
    }

    private static Members settled(Members from, int measure, Standing standing, Rules rules) {
        boolean somebodyLives = from.isr().stream().anyMatch(standing.live()::contains);
        List<Integer> successor = oneThatLives(from.elr(), standing);
        boolean isHandedOn = !somebodyLives && !successor.isEmpty();
        List<Integer> isr = isHandedOn ? successor : from.isr();
        int lastCopy = from.lastCopy();
        if (isHandedOn && lastCopy == PartitionState.NO_LEADER) {
            // The successor may be dead as well, and its session not yet over.
            lastCopy = measure;
        }
        if (isr.size() >= rules.minIsr()) {
            return new Members(isr, List.of(), lastCopy);
        }
        Stream<Integer> others = Stream.concat(from.elr().stream(), from.isr().stream());
        return new Members(isr, others.filter(without(isr)).distinct().toList(), lastCopy);
    }

    /** One that is there to stay; if there is none, one that lives. */
    private static List<Integer> oneThatLives(List<Integer> ids, Standing standing) {
        return first(ids, standing::isPresent)
                .or(() -> first(ids, standing.live()::contains))
                .map(List::of)
                .orElse(List.of());
    }

    private static Members unclean(Members from, List<Integer> assignment, Standing standing) {
        IntPredicate mayLead = id -> standing.isPresent(id) && !standing.replaced().contains(id);
        return first(List.of(from.lastCopy()), mayLead)
                .or(() -> first(assignment, mayLead))
                .map(id -> new Members(List.of(id), List.of()))
                .orElse(from);
    }

    private static int leader(
            int before, List<Integer> assignment, List<Integer> isr, Standing standing) {
        if (isr.contains(before) && standing.isPresent(before)) {
            return before;
        }
        Optional<Integer> successor =
                assignment.stream()
                        .filter(id -> isr.contains(id) && standing.isPresent(id))
                        .min(Comparator.comparingLong(standing::coldness));
        if (successor.isEmpty() && isr.contains(before) && standing.live().contains(before)) {
            return before;
        }
        return successor
                .or(() -> first(assignment, id -> isr.contains(id) && standing.live().contains(id)))
                .orElse(PartitionState.NO_LEADER);
    }

    private static Predicate<Integer> without(List<Integer> ids) {
        return id -> !ids.contains(id);
    }

    private static List<Integer> only(List<Integer> ids, IntPredicate condition) {
        return ids.stream().filter(id -> condition.test(id)).toList();
    }

    private static Optional<Integer> first(List<Integer> ids, IntPredicate condition) {
        Stream<Integer> fitting = ids.stream().filter(id -> condition.test(id));
        return fitting.findFirst();
    }
}
