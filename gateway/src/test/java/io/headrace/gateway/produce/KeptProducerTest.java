package io.headrace.gateway.produce;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.Test;

/** When a producer is made, and when another one takes its place; without sockets. */
class KeptProducerTest {

    private final List<MockProducer<byte[], byte[]>> made = new ArrayList<>();
    private final ArrayDeque<Runnable> background = new ArrayDeque<>();
    private List<String> live = List.of();
    private boolean isFailing;

    private final KeptProducer kept =
            new KeptProducer(() -> live, this::make, background::add, Duration.ofSeconds(1));

    private Producer<byte[], byte[]> make(List<String> bootstrap) {
        if (isFailing) {
            throw new IllegalArgumentException("no such host");
        }
        made.add(new MockProducer<>());
        return made.getLast();
    }

    private void runBackground() {
        while (!background.isEmpty()) {
            background.poll().run();
        }
    }

    @Test
    void oneProducerIsMadeWhenABrokerIsKnownAndItIsAskedFor() {
        assertThat(kept.current()).isNull();
        runBackground();
        assertThat(made).isEmpty();
        live = List.of("a:1");
        assertThat(kept.ifMade()).isNull();
        assertThat(kept.current()).isNull();
        assertThat(kept.current()).isNull();
        assertThat(background).hasSize(1);
        runBackground();
        assertThat(kept.current()).isSameAs(made.getFirst());
        assertThat(made).hasSize(1);
    }

    @Test
    void aBrokenProducerIsReplacedOnceHoweverManySayIt() {
        live = List.of("a:1");
        assertThat(kept.current()).isNull();
        runBackground();
        MockProducer<byte[], byte[]> first = made.getFirst();
        kept.retire(first);
        kept.retire(first);
        assertThat(kept.current()).isNull();
        runBackground();
        assertThat(first.closed()).isTrue();
        assertThat(kept.current()).isSameAs(made.get(1));
        kept.retire(first);
        assertThat(kept.current()).isSameAs(made.get(1));
    }

    @Test
    void anotherProducerTakesOverWhenNoneOfItsBrokersLives() {
        live = List.of("a:1", "b:1");
        assertThat(kept.current()).isNull();
        runBackground();
        for (List<String> fine :
                List.of(List.of("b:1"), List.of("b:1", "c:1"), List.<String>of())) {
            live = fine;
            kept.brokersChanged();
            assertThat(kept.current()).isSameAs(made.getFirst());
        }
        live = List.of("c:1");
        kept.brokersChanged();
        assertThat(kept.current()).isNull();
        runBackground();
        assertThat(made.getFirst().closed()).isTrue();
        assertThat(kept.current()).isSameAs(made.get(1));
    }

    @Test
    void afterAFailureTheNextTryWaitsAndAClosedOneMakesNone() {
        live = List.of("a:1");
        isFailing = true;
        assertThat(kept.current()).isNull();
        runBackground();
        assertThat(kept.current()).isNull();
        assertThat(background).isEmpty();
        kept.close();
        assertThat(kept.current()).isNull();
        assertThat(background).isEmpty();
    }
}
