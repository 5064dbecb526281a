package io.headrace.model.coordination;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.client.HostProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When a client stops connecting: three servers, a session of six seconds, time by hand. */
class SilenceTest {

    private static final int SESSION_MS = 6_000;
    private static final int ANSWER_MS = SESSION_MS / 3;

    private long nowMs = 1_000;
    private boolean isWithoutSession;
    private @Nullable SocketAddress local;
    private final Silence silence =
            new Silence(TimeUnit.SECONDS.toNanos(15), () -> TimeUnit.MILLISECONDS.toNanos(nowMs));
    private AnsweringHosts hosts = connection();

    @Test
    void who_is_never_answered_stops_and_goes_on_after_a_session_and_a_half() {
        long beganMs = nowMs;
        while (!isStopped()) {
            silent(ANSWER_MS + 100);
            assertThat(nowMs).isLessThan(beganMs + 20_000);
        }
        assertThat(nowMs).isBetween(beganMs + 15_000, beganMs + 18_000);
        hosts = connection();
        nowMs += 8_999;
        assertThat(isStopped()).isTrue();
        nowMs += 1;
        beganMs = nowMs;
        while (!isStopped()) {
            silent(ANSWER_MS + 100);
        }
        assertThat(nowMs).isGreaterThanOrEqualTo(beganMs + 15_000);
    }

    @Test
    void an_outage_never_stops_it() {
        for (int i = 0; i < 200; i++) {
            away(i % 2 == 0 ? 100 : 1_100);
            away(ANSWER_MS + 1_000);
            closed(1_200);
            assertThat(isStopped()).isFalse();
        }
    }

    /** One server stands still, or still waits for a leader that is gone; others are down. */
    @Test
    void one_server_that_is_not_silent_is_an_outage() {
        for (int i = 0; i < 200; i++) {
            silent(ANSWER_MS + 100);
            silent(ANSWER_MS + 1_000);
            closed(900);
            assertThat(isStopped()).isFalse();
        }
    }

    @Test
    void an_answer_ends_the_silence() {
        for (int i = 0; i < 50; i++) {
            silent(ANSWER_MS + 100);
            silent(ANSWER_MS + 100);
            silent(ANSWER_MS + 100);
            trying();
            hosts.onConnected();
            nowMs += 60_000;
        }
        assertThat(isStopped()).isFalse();
    }

    /** Curator gives connections up while they try. */
    @Test
    void a_silence_outlives_connections() {
        long beganMs = nowMs;
        while (!isStopped()) {
            silent(ANSWER_MS + 500);
            trying();
            connected();
            nowMs += ANSWER_MS - 500;
            hosts.cut();
            hosts = connection();
            assertThat(nowMs).isLessThan(beganMs + 25_000);
        }
        assertThat(nowMs).isGreaterThanOrEqualTo(beganMs + 15_000);
    }

    @Test
    void connections_that_are_all_cut_off_count_too() {
        long beganMs = nowMs;
        while (!isStopped()) {
            trying();
            connected();
            nowMs += ANSWER_MS;
            hosts.cut();
            hosts = connection();
            assertThat(nowMs).isLessThan(beganMs + 20_000);
        }
    }

    @Test
    void without_a_session_there_is_nothing_to_end() {
        isWithoutSession = true;
        for (int i = 0; i < 50; i++) {
            silent(ANSWER_MS + 100);
        }
        assertThat(isStopped()).isFalse();
    }

    private AnsweringHosts connection() {
        AnsweringHosts made = new AnsweringHosts(new Three(), SESSION_MS, silence);
        local = null;
        made.serve(
                new AnsweringHosts.Client() {
                    @Override
                    public int grantedTimeoutMs() {
                        return 0;
                    }

                    @Override
                    public boolean hasSession() {
                        return !isWithoutSession;
                    }

                    @Override
                    public @Nullable SocketAddress localAddress() {
                        return local;
                    }
                });
        return made;
    }

    private void silent(int ms) {
        if (trying()) {
            connected();
            nowMs += ms;
        }
    }

    /** Refused, or nothing comes back at all. */
    private void away(int ms) {
        trying();
        nowMs += ms;
    }

    private void closed(int ms) {
        trying();
        connected();
        nowMs += ms;
    }

    private void connected() {
        local = new InetSocketAddress(InetAddress.getLoopbackAddress(), 50_000);
    }

    private boolean trying() {
        try {
            assertThat(hosts.next(0).getPort()).isEqualTo(2181);
            return true;
        } catch (IllegalStateException e) {
            assertThat(e).hasMessageContaining("says nothing");
            return false;
        }
    }

    private boolean isStopped() {
        if (silence.pauseNanos() == 0) {
            return false;
        }
        assertThatThrownBy(() -> hosts.next(0)).isInstanceOf(IllegalStateException.class);
        return true;
    }

    private static final class Three implements HostProvider {

        @Override
        public int size() {
            return 3;
        }

        @Override
        public InetSocketAddress next(long spinDelay) {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), 2181);
        }

        @Override
        public void onConnected() {}

        @Override
        public boolean updateServerList(
                Collection<InetSocketAddress> serverAddresses, InetSocketAddress currentHost) {
            throw new UnsupportedOperationException(List.copyOf(serverAddresses).toString());
        }
    }
}
