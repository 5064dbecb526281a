package io.headrace.admin.controller;

import io.headrace.admin.controller.ControllerEvent.AddPartitions;
import io.headrace.admin.controller.ControllerEvent.AlterBrokerConfig;
import io.headrace.admin.controller.ControllerEvent.AlterConfig;
import io.headrace.admin.controller.ControllerEvent.CancelBalance;
import io.headrace.admin.controller.ControllerEvent.CreateTopic;
import io.headrace.admin.controller.ControllerEvent.DeleteTopic;
import io.headrace.admin.controller.ControllerEvent.ElectLeaders;
import io.headrace.admin.controller.ControllerEvent.MovePartitions;
import io.headrace.admin.controller.ControllerEvent.SetCordon;
import io.headrace.admin.controller.ControllerEvent.StartBalance;
import io.headrace.admin.controller.Decision.Plan;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * What the controller decides: image and event in, decision out. Writes nothing, waits for nothing.
 *
 * <p>The only state is what elections so far have seen of brokers, see {@link #settled}, and, for
 * preferences only, when leaderships were looked over last, who started a short while ago, whether
 * moves rest, and which elections are held.
 *
 * <p>When brokers change, three things are written in this order: admissions without the changed
 * brokers; then, on an image that shows this, the elections; then the admissions with them. So a
 * leader that still believes in an older registration cannot add it to an ISR behind the election
 * that removed it (decision page 0019).
 *
 * <p>Owner: the thread {@code controller}.
 */
final class ControllerCore {

    private final ControllerRules rules;
    private final Clock clock;
    private final TopicDecisions topics;
    private final RecentStarts starts;
    private final Pace pace;
    private final HandOvers handOvers = new HandOvers();
    private Remembered settled = Remembered.NOTHING;
    private long leadersLookedOverAtMs;

    /** Whether brokers get leaderships back, some at each tick. */
    private boolean isGivingBack;

    ControllerCore(ControllerRules rules, Clock clock, RandomGenerator random) {
        this.rules = rules;
        this.clock = clock;
        this.topics = new TopicDecisions(rules.topics(), clock, random);
        this.starts = new RecentStarts(rules.leaders().warmUp());
        this.pace = new Pace(rules.balance().restFactor());
        this.leadersLookedOverAtMs = clock.millis();
    }

    /** Elections up to here have seen these brokers. */
    void settled(Remembered brokers) {
        settled = brokers;
    }

    /** Whether brokers came, went, restarted or began to stop since the last elections. */
    boolean isElectionDue(ClusterImage image) {
        return !settled.after(image).equals(settled);
    }

    Decision decide(ClusterImage image, ControllerEvent event) {
        boolean touchesStates =
                event instanceof ControllerEvent.Change
                        && !(event instanceof ControllerEvent.TopicChange);
        if (touchesStates && isElectionDue(image)) {
            // Who is not trusted must be out of every ISR first.
            return Plan.firstHalf(elections(image).steps());
        }
        return switch (event) {
            case ControllerEvent.ClusterChanged changed -> elections(image);
            case ControllerEvent.Tick tick -> upkeep(image);
            case ControllerEvent.BrokerGone gone -> unregister(image, gone);
            case CreateTopic create -> topics.create(image, create);
            case AddPartitions add -> topics.addPartitions(image, add);
            case AlterConfig alter -> topics.alterConfig(image, alter);
            case DeleteTopic delete -> topics.delete(image, delete);
            case ElectLeaders elect -> LeaderRequests.decide(image, elect, standing(image));
            case MovePartitions move -> Moves.decide(image, move, standing(image));
            case SetCordon cordon ->
                    BrokerDecisions.cordon(image, cordon, standing(image), clock.millis());
            case AlterBrokerConfig alter -> BrokerDecisions.config(image, alter);
            case StartBalance start -> Rebalancing.start(image, start, clock.millis());
            case CancelBalance cancel -> Rebalancing.cancel(image);
        };
    }

    private Standing standing(ClusterImage image) {
        return Standing.of(image, settled, starts.in(image, clock.millis()));
    }

    private Plan elections(ClusterImage image) {
        Remembered before = settled.withoutChanged(image);
        if (!before.equals(settled)) {
            return Plan.firstHalf(
                    List.of(List.of(new ClusterWrite.RememberBrokers(before, Distrust.NOBODY))));
        }
        Standing standing = standing(image);
        List<List<ClusterWrite>> steps =
                new ArrayList<>(
                        Elections.steps(image, handOvers.due(image, standing, clock.millis())));
        Remembered after = settled.after(image);
        if (!after.equals(settled)) {
            steps.add(List.of(new ClusterWrite.RememberBrokers(after, standing.distrust())));
        }
        if (steps.isEmpty()) {
            steps.addAll(Moves.progress(image, standing));
        }
        if (steps.isEmpty()) {
            steps.addAll(rebalanced(image, standing));
        }
        return Plan.of(steps);
    }

    private List<List<ClusterWrite>> rebalanced(ClusterImage image, Standing standing) {
        long nowMs = clock.millis();
        if (!Rebalancing.hasRoom(image, rules.balance()) || !pace.mayBegin(nowMs)) {
            return List.of();
        }
        List<List<ClusterWrite>> steps = Rebalancing.next(image, standing, rules.balance(), nowMs);
        if (!steps.isEmpty()) {
            pace.begun(nowMs);
        }
        return steps;
    }

    /**
     * How long moves rest from now on, or elections are held, after which {@link
     * ControllerEvent.ClusterChanged} is due; 0 for not.
     */
    long restMs() {
        long nowMs = clock.millis();
        long movesMs = pace.restMs(nowMs);
        long electionsMs = handOvers.restMs(nowMs);
        return movesMs == 0 || electionsMs == 0
                ? movesMs + electionsMs
                : Math.min(movesMs, electionsMs);
    }

    /** Elections follow when the image shows it. */
    private static Plan unregister(ClusterImage image, ControllerEvent.BrokerGone gone) {
        BrokerRegistration broker = image.brokers().get(gone.brokerId());
        boolean isStillThere =
                broker != null && broker.epoch() == gone.brokerEpoch() && !broker.isStopping();
        return Plan.of(
                isStillThere
                        ? List.of(
                                List.of(
                                        new ClusterWrite.Unregister(
                                                gone.brokerId(), gone.brokerEpoch())))
                        : List.of());
    }

    private Plan upkeep(ClusterImage image) {
        List<List<ClusterWrite>> steps = new ArrayList<>();
        List<ClusterWrite> tombstones = topics.oldTombstones(image);
        if (!tombstones.isEmpty()) {
            steps.add(tombstones);
        }
        if (!isElectionDue(image)) {
            steps.addAll(leadersLookedOver(image));
        }
        return new Plan(Optional.empty(), Optional.empty(), steps);
    }

    /** After each interval, as soon as a broker is warm, and as long as that gives any back. */
    private List<List<ClusterWrite>> leadersLookedOver(ClusterImage image) {
        long nowMs = clock.millis();
        Standing standing = standing(image);
        boolean isDue =
                isGivingBack
                        || nowMs - leadersLookedOverAtMs >= rules.leaders().interval().toMillis()
                        || starts.hasWarmedUpSince(leadersLookedOverAtMs, nowMs);
        if (!isDue) {
            return List.of();
        }
        leadersLookedOverAtMs = nowMs;
        List<ClusterWrite.Elect> elections =
                Elections.preferred(image, standing, rules.leaders().imbalanceMax());
        isGivingBack = !elections.isEmpty();
        return Elections.steps(image, elections);
    }
}
