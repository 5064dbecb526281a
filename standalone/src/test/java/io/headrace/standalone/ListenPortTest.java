package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ListenPortTest {

    @Test
    @EnabledOnOs(OS.LINUX)
    void a_taken_port_names_the_process_that_has_it() throws Exception {
        try (ServerSocket held = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = held.getLocalPort();
            assertThatThrownBy(() -> ListenPort.check("gateway", "--port", "127.0.0.1", port))
                    .isInstanceOfSatisfying(
                            StartFailure.class,
                            e -> assertThat(e.exitCode()).isEqualTo(StartFailure.PORT_TAKEN))
                    .hasMessage(
                            "port %d (gateway) is taken by pid %d (java); stop that program or"
                                    + " choose another port with --port N",
                            port, ProcessHandle.current().pid());
        }
    }

    @Test
    void a_free_port_is_left_free() throws Exception {
        int port;
        try (ServerSocket held = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = held.getLocalPort();
        }
        assertThatCode(() -> ListenPort.check("gateway", "--port", "127.0.0.1", port))
                .doesNotThrowAnyException();
        assertThat(ListenPort.isFree("127.0.0.1", port)).isTrue();
    }

    @Test
    void an_address_of_another_machine_is_refused() {
        assertThatThrownBy(() -> ListenPort.check("gateway", "--port", "192.0.2.1", 0))
                .isInstanceOfSatisfying(
                        StartFailure.class,
                        e -> assertThat(e.exitCode()).isEqualTo(StartFailure.USAGE))
                .hasMessageContaining("--listen 192.0.2.1 is not an address of this machine");
    }
}
