package io.headrace.broker.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.headrace.broker.disk.DiskFile;
import io.headrace.broker.disk.SimulatedDisk;
import io.headrace.broker.log.ReadPace;
import io.headrace.broker.log.SegmentInfo;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.record.RecordBatch;
import io.headrace.testkit.cluster.TestImage;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A rotten bit in a segment is found, and brought back from another replica. */
class ScrubberTest {

    private static final int LEADER = 1;

    private final SimulatedDisk disk = new SimulatedDisk(1);
    private CopyingBroker broker;
    private LogLeader leader;
    private boolean isLeaderAway;

    @BeforeEach
    void copyALog() throws IOException {
        leader = new LogLeader().lead(1, 10).lead(2, 20);
        broker = new CopyingBroker(disk);
        broker.follow(2);
        broker.copy(leader, 300);
        broker.log().flush();
    }

    private Scrubber scrubber() {
        return new Scrubber(
                new Scrubber.Settings(1, Duration.ofHours(1)),
                () -> List.of(broker.partition),
                new SegmentRepair(CopyingBroker.ID, ScrubberTest::image, id -> channel()));
    }

    private static ClusterImage image() {
        return image(new PartitionState(LEADER, 2, List.of(LEADER, CopyingBroker.ID), 2));
    }

    private static ClusterImage image(PartitionState state) {
        TopicImage topic =
                new TopicImage(
                        LogLeader.NAME.topic(),
                        LogLeader.TOPIC,
                        Map.of(),
                        List.of(List.of(LEADER, CopyingBroker.ID)),
                        List.of(state));
        return TestImage.empty().topics(List.of(topic)).image();
    }

    private LeaderChannel channel() throws IOException {
        if (isLeaderAway) {
            throw new IOException("nobody answers");
        }
        return new LeaderChannel() {
            private final ArrayDeque<FetchRequest> open = new ArrayDeque<>();

            @Override
            public void send(FetchRequest request) {
                assertThat(request.brokerId()).as("it acknowledges nothing").isNegative();
                open.add(request);
            }

            @Override
            public FetchAnswer receive(long patienceNanos) throws IOException {
                FetchPosition asked = open.remove().positions().getFirst();
                return new FetchAnswer(0, "", List.of(leader.answer(asked, 30, 500)));
            }

            @Override
            public void wake() {}

            @Override
            public void interrupt() {}

            @Override
            public void close() {}
        };
    }

    private Path rot(int segment) throws IOException {
        SegmentInfo info = broker.log().segments().get(segment);
        Path file = broker.log().directory().resolve(String.format("%020d.log", info.baseOffset()));
        try (DiskFile open = disk.open(file)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            long at = open.size() - 3;
            open.read(one, at);
            one.put(0, (byte) (one.get(0) ^ 4)).rewind();
            open.write(one, at);
        }
        return file;
    }

    private void assertWhole(CopyingBroker copy) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(1 << 20);
        for (SegmentInfo each : copy.log().segments()) {
            Path file =
                    copy.log().directory().resolve(String.format("%020d.log", each.baseOffset()));
            try (DiskFile open = disk.open(file)) {
                ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(each.sizeInBytes()));
                open.read(bytes, 0);
                all.put(bytes.flip());
            }
        }
        assertThat(all.flip()).isEqualTo(leader.all(Long.MAX_VALUE));
    }

    @Test
    void aSoundLogStaysAsItIs() throws Exception {
        Scrubber scrubber = scrubber();
        scrubber.round(ReadPace.FULL);
        assertThat(scrubber.counters().damaged()).isZero();
        assertThat(scrubber.counters().bytes()).isPositive();
        assertWhole(broker);
    }

    @Test
    void damageIsRepairedFromTheLeaderAndOutlivesARestart() throws Exception {
        assertThat(broker.log().segmentCount()).isGreaterThan(2);
        rot(1);
        Scrubber scrubber = scrubber();
        scrubber.round(ReadPace.FULL);
        assertThat(scrubber.counters().damaged()).isOne();
        assertThat(scrubber.counters().repaired()).isOne();
        assertThat(scrubber.counters().standing()).isEmpty();
        assertWhole(broker);
        scrubber.round(ReadPace.FULL);
        assertThat(scrubber.counters().damaged()).isOne();
        broker.directory.close(3);
        broker = new CopyingBroker(disk);
        assertWhole(broker);
    }

    @Test
    void damageInTheActiveSegmentIsRepairedAndItsEndStaysWritable() throws Exception {
        int active = broker.log().segmentCount() - 1;
        rot(active);
        Scrubber scrubber = scrubber();
        scrubber.round(ReadPace.FULL);
        assertThat(scrubber.counters().repaired()).isOne();
        assertThat(scrubber.counters().standing()).isEmpty();
        assertThat(broker.log().segmentCount()).isEqualTo(active + 2);
        assertWhole(broker);
        leader.lead(3, 5);
        broker.follow(3);
        broker.copy(leader, 300);
        assertWhole(broker);
    }

    @Test
    void whatCannotBeReadInTheActiveSegmentIsRepairedToo() throws Exception {
        SegmentInfo active = broker.log().segments().getLast();
        disk.unreadable(
                broker.log().directory().resolve(String.format("%020d.log", active.baseOffset())),
                active.sizeInBytes() - 3);
        Scrubber scrubber = scrubber();
        scrubber.round(ReadPace.FULL);
        assertThat(scrubber.counters().damaged()).isOne();
        assertThat(scrubber.counters().repaired()).isOne();
        assertWhole(broker);
    }

    @Test
    void withoutAHealthyReplicaTheDamageIsReportedAndTheRestServed() throws Exception {
        rot(1);
        isLeaderAway = true;
        Scrubber scrubber = scrubber();
        scrubber.round(ReadPace.FULL);
        assertThat(scrubber.counters().repaired()).isZero();
        assertThat(scrubber.counters().standing())
                .singleElement()
                .asString()
                .contains("orders-0/")
                .contains("nobody answers");
        long start = broker.log().segments().getLast().baseOffset();
        assertThat(broker.log().read(start, 100, Long.MAX_VALUE, true).toString())
                .contains("Found");
        isLeaderAway = false;
        scrubber.round(ReadPace.FULL);
        assertThat(scrubber.counters().damaged()).as("known before").isOne();
        assertThat(scrubber.counters().standing()).isEmpty();
        assertWhole(broker);
    }

    @Test
    void aReplicaWithAnotherHistoryIsNoSource() throws Exception {
        rot(1);
        leader = new LogLeader().lead(7, 30);
        Scrubber scrubber = scrubber();
        scrubber.round(ReadPace.FULL);
        assertThat(scrubber.counters().repaired()).isZero();
        assertThat(scrubber.counters().standing().toString()).contains("another leader epoch");
    }

    @Test
    void aSegmentThatSomebodyCouldNotReadIsLookedAtAndRepairedOutOfTurn() throws Exception {
        broker.directory.close(2);
        AtomicReference<String> unreadable = new AtomicReference<>("none");
        broker = new CopyingBroker(new UnreadableDisk(disk, unreadable::get).disk());
        broker.follow(2);
        long base = broker.log().segments().get(1).baseOffset();
        unreadable.set(String.format("%020d.log", base));
        try (Scrubber scrubber =
                new Scrubber(
                        new Scrubber.Settings(1 << 30, Duration.ofHours(1)),
                        () -> List.of(broker.partition),
                        new SegmentRepair(
                                CopyingBroker.ID, ScrubberTest::image, id -> channel()))) {
            scrubber.start();
            scrubber.doubt(LogLeader.NAME, base);
            await().untilAsserted(() -> assertThat(scrubber.counters().damaged()).isOne());
            await().untilAsserted(() -> assertThat(scrubber.counters().repaired()).isOne());
        }
        unreadable.set("none");
        assertWhole(broker);
    }

    @Test
    void aDoubtAboutTheActiveSegmentIsFollowedUpOutOfTurn() throws Exception {
        int active = broker.log().segmentCount() - 1;
        rot(active);
        try (Scrubber scrubber =
                new Scrubber(
                        new Scrubber.Settings(1 << 30, Duration.ofHours(1)),
                        () -> List.of(broker.partition),
                        new SegmentRepair(
                                CopyingBroker.ID, ScrubberTest::image, id -> channel()))) {
            scrubber.start();
            scrubber.doubt(LogLeader.NAME, broker.log().segments().get(active).baseOffset());
            await().untilAsserted(() -> assertThat(scrubber.counters().repaired()).isOne());
        }
        assertWhole(broker);
    }

    @Test
    void aLeaderThatIsAloneInSyncIsRepairedFromAReplicaThatIsNot() throws Exception {
        rot(1);
        PartitionState alone =
                new PartitionState(CopyingBroker.ID, 3, List.of(CopyingBroker.ID), 3);
        Scrubber scrubber =
                new Scrubber(
                        new Scrubber.Settings(1, Duration.ofHours(1)),
                        () -> List.of(broker.partition),
                        new SegmentRepair(CopyingBroker.ID, () -> image(alone), id -> channel()));
        scrubber.round(ReadPace.FULL);
        assertThat(scrubber.counters().repaired()).isOne();
        assertWhole(broker);
    }

    @Test
    void aReplicaThatLacksARecordIsNoSourceForALogThatWasNeverCompacted() throws Exception {
        long missing = broker.log().segments().get(1).nextOffset() - 1;
        rot(1);
        LogLeader whole = leader;
        leader = new LogLeader().without(whole, missing);
        Scrubber scrubber = scrubber();
        scrubber.round(ReadPace.FULL);
        assertThat(scrubber.counters().repaired()).isZero();
        assertThat(scrubber.counters().standing().toString())
                .contains("the records from " + missing + " to " + missing + " are not there");
        leader = whole;
        scrubber.round(ReadPace.FULL);
        assertWhole(broker);
    }

    @Test
    void aLeaderWithRecordsBehindTheDamageThatNobodyElseHasKeepsThem() throws Exception {
        SegmentInfo active = broker.log().segments().getLast();
        LogLeader whole = leader;
        long known = active.baseOffset() + 1;
        assertThat(known).isLessThan(active.nextOffset() - 1);
        disk.unreadable(
                broker.log().directory().resolve(String.format("%020d.log", active.baseOffset())),
                RecordBatch.CRC_AT);
        leader = new LogLeader().after(whole, known);
        Scrubber scrubber = scrubber();
        scrubber.round(ReadPace.FULL);
        assertThat(scrubber.counters().standing()).isEmpty();
        assertThat(scrubber.counters().repaired()).isOne();
        leader = whole;
        assertWhole(broker);
    }

    /** No checksum covers them. */
    @Test
    void wrongBaseOffsetsAndLeaderEpochsAreRepaired() throws Exception {
        long damaged = 0;
        Scrubber scrubber = scrubber();
        for (int segment = 0; segment < 3; segment++) {
            SegmentInfo info = broker.log().segments().get(segment);
            Path file =
                    broker.log().directory().resolve(String.format("%020d.log", info.baseOffset()));
            for (int at : List.of(0, 7, RecordBatch.LEADER_EPOCH_AT, RecordBatch.MAGIC_AT - 1)) {
                for (int bit : List.of(0, 1, 7)) {
                    disk.flipBit(file, at, bit);
                    scrubber.round(ReadPace.FULL);
                    assertThat(scrubber.counters().repaired()).isEqualTo(++damaged);
                }
            }
        }
        assertThat(scrubber.counters().standing()).isEmpty();
        assertWhole(broker);
    }

    @Test
    void whatLiesBeforeTheLogStartIsNotMissed() throws Exception {
        SegmentInfo first = broker.log().segments().getFirst();
        broker.log().deleteRecordsBefore(first.baseOffset() + 2);
        rot(0);
        leader.log.deleteRecordsBefore(first.baseOffset() + 2);
        Scrubber scrubber = scrubber();
        scrubber.round(ReadPace.FULL);
        assertThat(scrubber.counters().standing()).isEmpty();
        assertThat(scrubber.counters().repaired()).isOne();
        assertThat(broker.log().logStartOffset()).isEqualTo(first.baseOffset() + 2);
        scrubber.round(ReadPace.FULL);
        assertThat(scrubber.counters().standing()).isEmpty();
        assertThat(scrubber.counters().damaged()).isOne();
    }

    @Test
    void damageThatRetentionTookAwayIsForgotten() throws Exception {
        rot(0);
        isLeaderAway = true;
        Scrubber scrubber = scrubber();
        scrubber.round(ReadPace.FULL);
        assertThat(scrubber.counters().standing()).hasSize(1);
        broker.log().deleteRecordsBefore(broker.log().segments().get(1).baseOffset());
        broker.log().retain();
        scrubber.round(ReadPace.FULL);
        assertThat(scrubber.counters().standing()).isEmpty();
    }

    @Test
    void endsWhenItsPaceSaysSo() {
        Scrubber scrubber = scrubber();
        assertThatThrownBy(
                        () ->
                                scrubber.round(
                                        bytes -> {
                                            throw new InterruptedIOException("enough");
                                        }))
                .isInstanceOf(InterruptedIOException.class);
        assertThat(scrubber.counters().standing()).isEmpty();
    }
}
