package io.headrace.broker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.broker.kafka.ConnectionDoctor.Advertised;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is warned of an address that leads elsewhere, as in a container with a published port. */
class ConnectionDoctorTest {

    private static final String ROUTES =
            """
            Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
            eth0\t00000000\t010012AC\t0003\t0\t0\t0\t00000000\t0\t0\t0
            eth0\t000012AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
            """;

    @TempDir Path temp;

    private static Client from(String remote) throws Exception {
        return new Client(
                "LOCALHOST",
                new InetSocketAddress(InetAddress.getByName(remote), 50_000),
                new InetSocketAddress(InetAddress.getByName("172.18.0.5"), 19_092));
    }

    @Test
    void whoComesThroughATranslatorMayHaveDialledWhatItIsTold() throws Exception {
        Path routes = Files.writeString(temp.resolve("route"), ROUTES);
        Set<InetAddress> gateways = DefaultGateways.in(routes);
        assertThat(gateways).containsExactly(InetAddress.getByName("172.18.0.1"));
        ConnectionDoctor doctor = new ConnectionDoctor(gateways);
        doctor.advertise(
                Map.of(
                        "LOCALHOST",
                        new Advertised(
                                "localhost", 19_092, List.of(InetAddress.getLoopbackAddress()))));
        doctor.look(from("172.18.0.1"));
        assertThat(doctor.findings()).isEmpty();
        assertThat(doctor.notChecked())
                .singleElement()
                .asString()
                .contains("172.18.0.1", "listener LOCALHOST to go to localhost:19092");
        doctor.look(from("172.18.0.7"));
        assertThat(doctor.findings())
                .singleElement()
                .asString()
                .contains("172.18.0.5:19092 are told to go to localhost:19092");
    }

    @Test
    void aWordThatOnlyTheContainerKnowsIsNotForWhoComesThroughATranslator() throws Exception {
        InetAddress own = InetAddress.getByName("172.18.0.5");
        assertThat(findings("f3a9c1d2e4b5", List.of(own)))
                .singleElement()
                .asString()
                .contains("come through 172.18.0.1", "told to go to f3a9c1d2e4b5:19092");
        assertThat(findings("broker-1", List.of())).hasSize(1);
        assertThat(findings("broker-1", List.of(InetAddress.getByName("127.0.1.1")))).hasSize(1);
    }

    @Test
    void whatMayBeKnownOutsideIsOnlyShownAsNotChecked() throws Exception {
        InetAddress own = InetAddress.getByName("172.18.0.5");
        InetAddress other = InetAddress.getByName("203.0.113.7");
        assertThat(findings("kafka.example", List.of(own))).isEmpty();
        assertThat(findings("kafka", List.of(other))).isEmpty();
        assertThat(findings("172.18.0.5", List.of(own))).isEmpty();
        assertThat(findings("2001:db8::5", List.of())).isEmpty();
        assertThat(findings("LocalHost", List.of(InetAddress.getLoopbackAddress()))).isEmpty();
    }

    /** After a client came through the translator. */
    private static List<String> findings(String host, List<InetAddress> resolved) throws Exception {
        ConnectionDoctor doctor = new ConnectionDoctor(Set.of(InetAddress.getByName("172.18.0.1")));
        doctor.advertise(Map.of("LOCALHOST", new Advertised(host, 19_092, resolved)));
        doctor.look(from("172.18.0.1"));
        assertThat(doctor.findings().size() + doctor.notChecked().size()).isEqualTo(1);
        return doctor.findings();
    }

    @Test
    void withoutRoutesNobodyIsATranslator() throws Exception {
        assertThat(DefaultGateways.in(temp.resolve("none"))).isEmpty();
        assertThat(DefaultGateways.in(Files.writeString(temp.resolve("odd"), "a 00000000 xyz b")))
                .isEmpty();
    }
}
