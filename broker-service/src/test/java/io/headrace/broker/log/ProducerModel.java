package io.headrace.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.model.error.ErrorCode;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** What a log must know of its idempotent producers, from the list of all that they wrote. */
final class ProducerModel {

    private record Sent(int epoch, int sequence, int count, long base) {
        long last() {
            return base + count - 1;
        }

        int next() {
            return (sequence + count) & Integer.MAX_VALUE;
        }
    }

    /** A batch that must not be appended. */
    record Repeated(ByteBuffer batch, Consumer<AppendOutcome> expected, Sent sent) {

        void check(AppendOutcome outcome, long logStartOffset, int leaderEpoch) {
            if (outcome instanceof AppendOutcome.Duplicate) {
                assertThat(outcome)
                        .isEqualTo(
                                new AppendOutcome.Duplicate(
                                        sent.base(), sent.last(), -1, logStartOffset, leaderEpoch));
            }
            expected.accept(outcome);
        }
    }

    private static final class Producer {
        private final long id;
        private final List<Sent> sent = new ArrayList<>();

        Producer(long id) {
            this.id = id;
        }
    }

    private final List<Producer> producers = new ArrayList<>();
    private long lastId = 100;

    /** The next batch of one of some producers, which will be at the offset. */
    ByteBuffer next(Random random, long offset, long timestampMs) {
        while (producers.size() < 3) {
            producers.add(new Producer(++lastId));
        }
        Producer producer = producers.get(random.nextInt(producers.size()));
        int epoch = random.nextInt(5);
        int sequence = random.nextInt(8) == 0 ? Integer.MAX_VALUE - 1 : random.nextInt(50);
        if (!producer.sent.isEmpty()) {
            Sent last = producer.sent.getLast();
            boolean bumps = random.nextInt(10) == 0;
            epoch = bumps ? last.epoch() + 1 + random.nextInt(2) : last.epoch();
            sequence = bumps ? 0 : last.next();
        }
        Sent next = new Sent(epoch, sequence, 1 + random.nextInt(4), offset);
        producer.sent.add(next);
        return batch(producer, next, timestampMs);
    }

    /** A batch of somebody who wrote: again, too early or of an epoch that is over. */
    Repeated repeat(Random random) {
        List<Producer> known = producers.stream().filter(each -> !each.sent.isEmpty()).toList();
        Producer producer = known.get(random.nextInt(known.size()));
        Sent last = producer.sent.getLast();
        return switch (random.nextInt(4)) {
            case 0 -> {
                int gap = (last.next() + 1 + random.nextInt(9)) & Integer.MAX_VALUE;
                Sent early = new Sent(last.epoch(), gap, 1, -1);
                yield refused(producer, early, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
            }
            case 1 -> {
                if (last.epoch() == 0) {
                    Sent odd = new Sent(1, 5, 1, -1);
                    yield refused(producer, odd, ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
                }
                Sent old = new Sent(last.epoch() - 1, last.next(), 1, -1);
                yield refused(producer, old, ErrorCode.INVALID_PRODUCER_EPOCH);
            }
            case 2 -> {
                int index = Math.max(0, producer.sent.size() - 1 - random.nextInt(5));
                Sent any = producer.sent.get(index);
                yield new Repeated(
                        batch(producer, any, 0),
                        outcome ->
                                assertThat(outcome).isNotInstanceOf(AppendOutcome.Appended.class),
                        any);
            }
            default ->
                    new Repeated(
                            batch(producer, last, 0),
                            outcome ->
                                    assertThat(outcome).isInstanceOf(AppendOutcome.Duplicate.class),
                            last);
        };
    }

    private static Repeated refused(Producer producer, Sent sent, ErrorCode code) {
        return new Repeated(
                batch(producer, sent, 0),
                outcome -> {
                    assertThat(outcome).isInstanceOf(AppendOutcome.Refused.class);
                    assertThat(((AppendOutcome.Refused) outcome).code()).isEqualTo(code);
                },
                sent);
    }

    private static ByteBuffer batch(Producer producer, Sent sent, long timestampMs) {
        String[] values = new String[sent.count()];
        for (int i = 0; i < values.length; i++) {
            values[i] = producer.id + "/" + sent.epoch() + "/" + (sent.sequence() + (long) i);
        }
        return IdempotentBatches.batch(
                producer.id, sent.epoch(), sent.sequence(), timestampMs, values);
    }

    /**
     * The log ends here now, or was rebuilt. A producer whose last batch is no more in the log may
     * be known or not; it writes no more.
     */
    void truncated(long endOffset, long logStartOffset) {
        for (Producer producer : producers) {
            producer.sent.removeIf(sent -> sent.last() >= endOffset);
        }
        producers.removeIf(
                producer ->
                        !producer.sent.isEmpty()
                                && producer.sent.getLast().base() < logStartOffset);
    }

    /** Whether nobody wrote what is still there. */
    boolean isEmpty() {
        return producers.stream().allMatch(producer -> producer.sent.isEmpty());
    }
}
