package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.testkit.process.ChildJvm;
import io.headrace.testkit.process.KafkaPeer;
import io.headrace.testkit.process.KafkaPeer.Release;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Members of two groups join, leave, are killed and stand still for longer than their session while
 * records flow: every record reaches each group, a partition has one owner in a generation, and no
 * commit goes back.
 */
@ExtendWith(SharedPlatform.class)
class GroupUnderFaultsTest {

    private static final int RECORDS = Integer.getInteger("headrace.group.records", 160_000);
    private static final int RECORDS_PER_SECOND = 8_000;
    private static final int PARTITIONS = 6;
    private static final int MEMBERS_MAX = 3;
    private static final Duration STANDSTILL = Duration.ofMillis(7_500); // sessions end after 6 s
    private static final String TOPIC = "faulty-group";
    private static final String RANGE = "org.apache.kafka.clients.consumer.RangeAssignor";
    private static final String COOPERATIVE =
            "org.apache.kafka.clients.consumer.CooperativeStickyAssignor";

    private final long seed = Long.getLong("headrace.seed", 20261123);
    private final Random random = new Random(seed);
    private final Map<String, Integer> faults = new HashMap<>();

    @TempDir Path temp;

    @Test
    void every_record_reaches_each_group_through_one_owner_at_a_time(PlatformProcess platform)
            throws Exception {
        System.out.println("-Dheadrace.seed=" + seed);
        platform.createTopic(TOPIC, PARTITIONS);
        Group eager = new Group(platform, "eager", RANGE);
        Group cooperative = new Group(platform, "cooperative", COOPERATIVE);
        List<Group> groups = List.of(eager, cooperative);
        try {
            groups.forEach(Group::join);
            CompletableFuture<Void> flow = CompletableFuture.runAsync(() -> produce(platform));
            while (!flow.isDone()) {
                TimeUnit.MILLISECONDS.sleep(500 + random.nextInt(1_500)); // the next fault's time
                groups.get(random.nextInt(groups.size())).fault();
                groups.forEach(Group::resumeWhoStoodLongEnough);
            }
            flow.join();
            groups.forEach(Group::resumeAll);
            groups.forEach(Group::joinIfEmpty);
            awaitAllCommitted(platform, groups);
            for (Group group : groups) {
                group.leaveAll();
                System.out.println(group.name + ": " + group.verified());
            }
        } finally {
            groups.forEach(Group::close);
        }
        long commits = CommittedOffsets.assertNeverBack(platform.bootstrapServers(), TOPIC);
        System.out.println(faults + ", " + commits + " commits, none back");
    }

    private static void produce(PlatformProcess platform) {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", platform.bootstrapServers()),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            long startNs = System.nanoTime();
            for (int i = 0; i < RECORDS; i++) {
                var _ =
                        producer.send(
                                new ProducerRecord<>(TOPIC, i % PARTITIONS, null, new byte[100]));
                if (i % 800 == 0) {
                    long dueNs = startNs + TimeUnit.SECONDS.toNanos(i) / RECORDS_PER_SECOND;
                    TimeUnit.NANOSECONDS.sleep(dueNs - System.nanoTime()); // the pace of the flow
                }
            }
            producer.flush();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static int end(int partition) {
        return (RECORDS - partition + PARTITIONS - 1) / PARTITIONS;
    }

    /** As long as it takes, but not without a commit of either group for two minutes. */
    private static void awaitAllCommitted(PlatformProcess platform, List<Group> groups) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", platform.bootstrapServers()))) {
            for (Group group : groups) {
                AtomicLong progress = new AtomicLong(-1);
                while (progress.get() < RECORDS) {
                    Awaitility.await(group.name + " goes on from " + progress)
                            .atMost(Duration.ofMinutes(2))
                            .until(() -> committed(admin, group), sum -> sum > progress.get());
                    progress.set(committed(admin, group));
                }
            }
        }
    }

    /** Records of all partitions. */
    private static long committed(Admin admin, Group group) {
        try {
            return admin
                    .listConsumerGroupOffsets(group.name)
                    .partitionsToOffsetAndMetadata()
                    .get(60, TimeUnit.SECONDS)
                    .values()
                    .stream()
                    .mapToLong(OffsetAndMetadata::offset)
                    .sum();
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One member's process. */
    private static final class Running {

        private final String name;
        private final ChildJvm process;
        private long resumeAtNs; // 0 while it runs

        Running(String name, ChildJvm process) {
            this.name = name;
            this.process = process;
        }

        void signal(String signal) {
            try {
                Process kill =
                        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                                .start();
                assertThat(kill.waitFor()).isZero();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        void resume() {
            if (resumeAtNs != 0) {
                signal("CONT");
                resumeAtNs = 0;
            }
        }
    }

    private final class Group implements AutoCloseable {

        private final PlatformProcess platform;
        private final String name;
        private final String assignor;
        private final List<Running> members = new ArrayList<>();
        private final List<String> names = new ArrayList<>();

        Group(PlatformProcess platform, String name, String assignor) {
            this.platform = platform;
            this.name = "faulty-" + name;
            this.assignor = assignor;
        }

        private Path journal(String member) {
            return temp.resolve(member + ".txt");
        }

        void join() {
            String member = name + "-" + names.size();
            String classes = Path.of("target", "test-classes").toAbsolutePath().toString();
            ChildJvm process =
                    KafkaPeer.of(Release.CURRENT, GroupMember.class.getName())
                            .classPath(KafkaPeer.jars().resolve("*") + File.pathSeparator + classes)
                            .jvmArgs("-Xmx64m")
                            .args(
                                    platform.bootstrapServers(),
                                    TOPIC,
                                    name,
                                    assignor,
                                    journal(member).toString())
                            .start();
            names.add(member);
            members.add(new Running(member, process));
        }

        void fault() {
            List<Running> awake = members.stream().filter(each -> each.resumeAtNs == 0).toList();
            if (members.size() < MEMBERS_MAX && (awake.isEmpty() || random.nextInt(3) > 0)) {
                join();
                faults.merge("joined", 1, Integer::sum);
                return;
            }
            if (awake.isEmpty()) {
                return;
            }
            Running victim = awake.get(random.nextInt(awake.size()));
            boolean doesOneStand = awake.size() < members.size();
            switch (random.nextInt(doesOneStand ? 2 : 3)) {
                case 0 -> {
                    members.remove(victim);
                    leave(victim);
                    faults.merge("left", 1, Integer::sum);
                }
                case 1 -> {
                    members.remove(victim);
                    victim.process.kill9();
                    faults.merge("killed", 1, Integer::sum);
                }
                default -> {
                    victim.signal("STOP");
                    victim.resumeAtNs = System.nanoTime() + STANDSTILL.toNanos();
                    faults.merge("stood still", 1, Integer::sum);
                }
            }
        }

        private void leave(Running member) {
            int code = member.process.terminate(Duration.ofSeconds(30));
            assertThat(code).as("%s said\n%s", member.name, member.process.output()).isEqualTo(143);
        }

        void resumeWhoStoodLongEnough() {
            for (Running member : members) {
                if (System.nanoTime() > member.resumeAtNs) {
                    member.resume();
                }
            }
        }

        void resumeAll() {
            members.forEach(Running::resume);
        }

        void joinIfEmpty() {
            if (members.isEmpty()) {
                join();
            }
        }

        void leaveAll() {
            members.forEach(this::leave);
        }

        String verified() throws IOException {
            GroupJournals journals = new GroupJournals(PARTITIONS);
            for (String member : names) {
                if (journal(member).toFile().exists()) { // killed before it began
                    journals.add(member, journal(member));
                }
            }
            for (int partition = 0; partition < PARTITIONS; partition++) {
                assertThat(journals.firstUnread(partition, end(partition)))
                        .as("an offset of partition %d that nobody read", partition)
                        .isEqualTo(-1);
            }
            return journals.summary();
        }

        @Override
        public void close() {
            members.forEach(member -> member.process.close());
        }
    }
}
