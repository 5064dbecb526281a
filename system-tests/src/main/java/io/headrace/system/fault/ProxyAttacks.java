package io.headrace.system.fault;

import io.headrace.system.cluster.Node;
import io.headrace.system.proxy.Behaviour;
import io.headrace.system.proxy.LinkProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Links that are slow or lose replies, through proxies (F17, F20). */
final class ProxyAttacks {

    private static final short PRODUCE = 0;
    private static final short OFFSET_COMMIT = 8;
    private static final double LENGTH = 15;

    private ProxyAttacks() {}

    /** F17: every link between brokers. */
    static void slow(Field field) throws IOException {
        List<Duration> delays = List.of(Duration.ofMillis(50), Duration.ofMillis(500));
        for (int i = 0; field.goesOn(); i++) {
            Duration delay = delays.get(i % delays.size());
            field.mark(delay + " and some more between brokers");
            for (Node from : field.cluster().brokers()) {
                for (Node to : field.brokersBut(from)) {
                    field.between(from, to)
                            .behave(Behaviour.CLEAR.withDelay(delay, delay.dividedBy(2)));
                }
            }
            field.pause(LENGTH);
            field.healNetwork();
            field.settle();
        }
    }

    /** F20: produces and commits are done, and nobody says so; then the connections break. */
    static void loseReplies(Field field) throws IOException {
        while (field.goesOn()) {
            List<LinkProxy> links = new ArrayList<>();
            for (Node broker : field.cluster().brokers()) {
                links.add(field.fromClients(broker));
            }
            field.mark("replies are lost");
            for (int i = 0; i < 4; i++) {
                links.forEach(
                        link ->
                                link.behave(
                                        Behaviour.CLEAR.losingRepliesOf(PRODUCE, OFFSET_COMMIT)));
                field.pauseAbout(1, 3);
                links.forEach(LinkProxy::cut);
                links.forEach(link -> link.behave(Behaviour.CLEAR));
                links.forEach(LinkProxy::mend);
                field.pauseAbout(1, 3);
            }
            field.healNetwork();
            field.settle();
        }
    }
}
