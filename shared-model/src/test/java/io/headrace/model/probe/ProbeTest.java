package io.headrace.model.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProbeTest {

    @ParameterizedTest
    @ValueSource(ints = {200, 503})
    void itTellsReadyFromNotReady(int status) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        server.createContext(
                "/actuator/health/readiness",
                exchange -> {
                    exchange.sendResponseHeaders(status, -1);
                    exchange.close();
                });
        server.start();
        try {
            assertThat(Probe.ask(server.getAddress().getPort())).isEqualTo("HTTP/1.1 " + status);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void nobodyThereIsAnErrorAtOnce() throws IOException {
        HttpServer closed =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
        int port = closed.getAddress().getPort();
        closed.stop(0);
        assertThatThrownBy(() -> Probe.ask(port)).isInstanceOf(IOException.class);
    }

    @Test
    void theEnvironmentMovesThePort() {
        assertThat(Probe.port("8080", Map.of())).isEqualTo(8080);
        assertThat(Probe.port("8080", Map.of("SERVER_PORT", "9000"))).isEqualTo(9000);
    }
}
