package io.headrace.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.cluster.ConvergeStep.Applied;
import io.headrace.broker.cluster.ConvergeStep.Result;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.DeletedTopic;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicConfig;
import io.headrace.model.topic.TopicId;
import io.headrace.model.topic.TopicPartition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What one pass does, and what it leaves alone. */
class ConvergeStepTest {

    private static final int OWN = 1;
    private static final TopicId ID = new TopicId(5, 6);

    private final ExecutorService helpers = Executors.newFixedThreadPool(3);
    private final Recorder host = new Recorder();
    private Applied applied = Applied.NOTHING;
    private boolean isAdmitted = true;
    private Runnable whenLed = () -> {};
    private long version;

    @AfterEach
    void stop() {
        helpers.shutdownNow();
    }

    @Test
    void only_topics_that_changed_are_opened_again() throws Exception {
        TopicImage first = topic("first", ID, 40, OWN, 0);
        TopicImage second = topic("second", new TopicId(7, 8), 1, OWN, 0);
        pass(true, first);
        assertThat(host.taken()).hasSize(40).contains("lead first-0", "lead first-39");
        pass(false, first, second);
        assertThat(host.taken()).containsExactly("lead second-0");
        pass(false, first, second);
        assertThat(host.taken()).isEmpty();
        pass(false, first, topic("second", new TopicId(7, 8), 1, 2, 1));
        assertThat(host.taken()).containsExactly("follow second-0");
    }

    @Test
    void what_it_leads_is_served_before_the_rest_is_opened() throws Exception {
        List<Set<String>> seen = new ArrayList<>();
        whenLed = () -> seen.add(host.taken());
        pass(
                true,
                topic("followed", ID, 6, 2, 0),
                topic("led", new TopicId(7, 8), 2, OWN, 0),
                topic("followed-too", new TopicId(1, 1), 6, 2, 0));
        assertThat(seen).containsExactly(Set.of("lead led-0", "lead led-1"));
        assertThat(host.taken()).hasSize(12).allMatch(each -> each.startsWith("follow "));
    }

    @Test
    void what_clients_write_is_led_before_what_coordinators_write() throws Exception {
        TopicImage offsets = topic("__consumer_offsets", ID, 50, OWN, 0);
        TopicImage written = topic("written", new TopicId(7, 8), 3, OWN, 0);
        pass(true, offsets, written);
        assertThat(host.order.stream().limit(3))
                .containsExactly("lead written-0", "lead written-1", "lead written-2");
        assertThat(host.taken()).hasSize(53);
    }

    @Test
    void a_replica_that_fails_is_tried_again_and_keeps_nobody_back() throws Exception {
        host.broken = "bad-0";
        TopicImage bad = topic("bad", ID, 1, OWN, 0);
        TopicImage good = topic("good", new TopicId(1, 1), 9, OWN, 0);
        assertThat(pass(true, bad, good).convergence().failures()).hasSize(1);
        assertThat(host.taken()).hasSize(9);
        host.broken = "";
        assertThat(pass(true, bad, good).convergence().failures()).isEmpty();
        assertThat(host.taken()).containsExactly("lead bad-0");
    }

    @Test
    void what_the_process_before_led_is_led_again_when_the_controller_knows_of_the_start()
            throws Exception {
        TopicImage shared = topic("shared", ID, 1, OWN, 0);
        TopicImage followed = topic("followed", new TopicId(2, 2), 1, 2, 0);
        TopicImage alone =
                TestImages.topic(
                        "alone",
                        new TopicId(1, 1),
                        List.of(List.of(OWN)),
                        new PartitionState(OWN, 0, List.of(OWN), 0));
        isAdmitted = false;
        pass(true, shared, followed, alone);
        assertThat(host.taken()).containsExactly("follow followed-0", "lead alone-0");
        pass(false, shared, followed, alone);
        assertThat(host.taken()).isEmpty();
        isAdmitted = true;
        pass(false, shared, followed, alone);
        assertThat(host.taken()).containsExactly("lead shared-0");
        pass(false, shared, followed, alone);
        assertThat(host.taken()).isEmpty();
    }

    @Test
    void a_replica_that_was_moved_away_is_set_aside_and_removed_after_its_grace() throws Exception {
        pass(true, topic("moved", ID, 1, OWN, 0));
        host.held.add(new LocalReplica(new TopicPartition("moved", 0), ID));
        host.taken();
        TopicImage gone = movedAway("moved");
        pass(false, 1_000, List.of(gone), Map.of());
        assertThat(host.taken()).containsExactly("aside moved-0 NOT_LEADER_OR_FOLLOWER");
        pass(true, 1_000 + ConvergeStep.MOVED_GRACE_MS - 1, List.of(gone), Map.of());
        assertThat(host.taken()).isEmpty();
        pass(true, 1_000 + ConvergeStep.MOVED_GRACE_MS, List.of(gone), Map.of());
        assertThat(host.taken()).containsExactly("purge moved-0");
    }

    @Test
    void damaged_files_are_replaced_only_when_nothing_counts_on_them() throws Exception {
        List<PartitionState> counted =
                List.of(
                        new PartitionState(OWN, 5, List.of(OWN), 5),
                        new PartitionState(2, 5, List.of(2, OWN), 5),
                        new PartitionState(2, 5, List.of(2), List.of(OWN), 5),
                        new PartitionState(
                                PartitionState.NO_LEADER, 5, List.of(2), List.of(), OWN, 5),
                        new PartitionState(PartitionState.NO_LEADER, 5, List.of(2), 5));
        for (PartitionState state : counted) {
            host.damaged = "kept-0";
            assertThat(pass(true, stateful("kept", state)).convergence().failures())
                    .as("%s", state)
                    .singleElement()
                    .asString()
                    .contains("flipped");
            assertThat(host.taken()).isEmpty();
        }
        TopicImage needless = stateful("kept", new PartitionState(2, 6, List.of(2), 6));
        assertThat(pass(false, needless).convergence().failures()).isEmpty();
        assertThat(host.taken()).containsExactly("follow kept-0", "keep kept-0");
    }

    private static TopicImage stateful(String name, PartitionState state) {
        return TestImages.topic(name, ID, List.of(List.of(OWN, 2)), state);
    }

    @Test
    void files_with_another_topic_id_are_kept_closed_while_something_counts_on_them()
            throws Exception {
        LocalReplica other = new LocalReplica(new TopicPartition("t", 0), new TopicId(9, 9));
        host.held.add(other);
        host.broken = "t-0"; // as a log directory does that has files of another topic id
        assertThat(pass(true, topic("t", ID, 1, OWN, 0)).convergence().failures()).hasSize(1);
        assertThat(host.taken()).isEmpty();
        PartitionState without = new PartitionState(2, 1, List.of(2), 1);
        host.broken = "";
        pass(true, TestImages.topic("t", ID, List.of(List.of(2, OWN)), without));
        assertThat(host.taken()).contains("aside t-0 UNKNOWN_TOPIC_OR_PARTITION", "follow t-0");
    }

    @Test
    void files_of_a_topic_that_merely_is_not_there_are_kept() throws Exception {
        pass(true, topic("kept", ID, 1, OWN, 0));
        host.held.add(new LocalReplica(new TopicPartition("kept", 0), ID));
        host.taken();
        Result result = pass(false, 0, List.of(), Map.of());
        assertThat(host.taken()).containsExactly("suspend kept-0");
        assertThat(result.convergence().strays()).hasSize(1);
        pass(false, 0, List.of(), Map.of(ID, new DeletedTopic("kept", ID, 0, 10)));
        assertThat(host.taken()).containsExactly("aside kept-0 UNKNOWN_TOPIC_OR_PARTITION");
        pass(true, 10, List.of(), Map.of(ID, new DeletedTopic("kept", ID, 0, 10)));
        assertThat(host.taken()).containsExactly("purge kept-0");
    }

    private Result pass(boolean isReview, TopicImage... topics) throws InterruptedException {
        return pass(isReview, 0, List.of(topics), Map.of());
    }

    private Result pass(
            boolean isReview,
            long nowMs,
            List<TopicImage> topics,
            Map<TopicId, DeletedTopic> deleted)
            throws InterruptedException {
        ClusterImage image = TestImages.of(++version, topics, deleted);
        Result result =
                new ConvergeStep(
                                OWN,
                                isAdmitted,
                                host,
                                new DefaultConfig(Map.of()),
                                helpers,
                                whenLed)
                        .apply(image, applied, isReview, nowMs);
        applied = result.applied();
        return result;
    }

    private static TopicImage topic(
            String name, TopicId id, int partitions, int leader, int leaderEpoch) {
        return TestImages.topic(
                name,
                id,
                IntStream.range(0, partitions).mapToObj(p -> List.of(OWN, 2)).toList(),
                new PartitionState(leader, leaderEpoch, List.of(OWN, 2), leaderEpoch));
    }

    private static TopicImage movedAway(String name) {
        return TestImages.topic(
                name, ID, List.of(List.of(2, 3)), new PartitionState(2, 1, List.of(2, 3), 3));
    }

    /** Notes what it is told. */
    private static final class Recorder implements ReplicaHost {

        private final Set<String> told = new ConcurrentSkipListSet<>();
        private final List<String> order = new CopyOnWriteArrayList<>();
        private final List<LocalReplica> held = new ArrayList<>();
        private final List<SetAside> aside = new ArrayList<>();
        private volatile String broken = "";
        private volatile String damaged = "";

        Set<String> taken() {
            Set<String> taken = new TreeSet<>(told);
            told.clear();
            return taken;
        }

        @Override
        public List<LocalReplica> held() {
            return List.copyOf(held);
        }

        @Override
        public void open(LocalReplica replica, TopicConfig config) throws IOException {
            if (replica.partition().toString().equals(broken)) {
                throw new IOException("no");
            }
            if (replica.partition().toString().equals(damaged)) {
                throw new DamagedReplicaException("flipped");
            }
        }

        @Override
        public void lead(LocalReplica replica, TopicImage topic, TopicConfig config) {
            told.add("lead " + replica.partition());
            order.add("lead " + replica.partition());
        }

        @Override
        public void follow(LocalReplica replica, PartitionState state) {
            told.add("follow " + replica.partition());
        }

        @Override
        public void suspend(LocalReplica replica) {
            told.add("suspend " + replica.partition());
        }

        @Override
        public void setAside(LocalReplica replica, ErrorCode reason) {
            told.add("aside " + replica.partition() + " " + reason);
            held.remove(replica);
            aside.add(new SetAside(replica.partition().toString(), replica.topicId()));
        }

        @Override
        public void keepAside(LocalReplica replica) {
            told.add("keep " + replica.partition());
            damaged = "";
        }

        @Override
        public List<SetAside> aside() {
            return List.copyOf(aside);
        }

        @Override
        public void purge(SetAside files) {
            told.add("purge " + files.directory());
            aside.remove(files);
        }
    }
}
