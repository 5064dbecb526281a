package io.headrace.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.RunningBroker;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One connection carries request after request, whichever thread ends the answers: the broker's own
 * endpoints on the event loop, Spring's on workers.
 */
class KeepAliveTest {

    private static final String[] TARGETS = {
        "/actuator/health",
        "/v1/topics/t/partitions/0",
        "/actuator/prometheus",
        "/v1/topics/t/partitions/0/offsets?timestamp=earliest",
        "/v1/topics/t/partitions/0/segments",
        "/actuator/info",
        "/livez",
        "/v1/topics/t/partitions/0/batches?offset=0",
    };
    private static final int CONNECTIONS = 12;
    private static final int ROUNDS = 5;

    @TempDir Path folder;

    @Test
    void noRequestIsLostWhicheverThreadEndedTheAnswerBefore() throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder)) {
            broker.createTopic("t", 1, Map.of());
            broker.post(broker.batches("t", 0), RunningBroker.batch("x"));
            for (int connection = 0; connection < CONNECTIONS; connection++) {
                oneAfterTheOther(broker, connection);
                pipelined(broker, connection);
            }
        }
    }

    private static void oneAfterTheOther(RunningBroker broker, int connection) throws Exception {
        try (RawHttp raw = new RawHttp(broker.port())) {
            for (int i = 0; i < TARGETS.length * ROUNDS; i++) {
                String target = TARGETS[(connection + i) % TARGETS.length];
                raw.request("GET", target);
                assertThat(raw.answer().status())
                        .as("%s, request %d of connection %d", target, i, connection)
                        .isEqualTo(200);
            }
        }
    }

    /** Two at a time, so that the second comes while the first is being answered. */
    private static void pipelined(RunningBroker broker, int connection) throws Exception {
        try (RawHttp raw = new RawHttp(broker.port())) {
            for (int i = 0; i < TARGETS.length * ROUNDS; i += 2) {
                String first = TARGETS[(connection + i) % TARGETS.length];
                String second = TARGETS[(connection + i + 1) % TARGETS.length];
                raw.send(get(first) + get(second));
                assertThat(raw.answer().status())
                        .as("%s, request %d of connection %d", first, i, connection)
                        .isEqualTo(200);
                assertThat(raw.answer().status())
                        .as("%s, request %d of connection %d", second, i + 1, connection)
                        .isEqualTo(200);
            }
        }
    }

    private static String get(String target) {
        return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
    }
}
