package io.headrace.broker.kafka;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where this machine sends what leaves its own networks. A client that has such an address came
 * through a translator, as with the published port of a container.
 */
public final class DefaultGateways {

    /** Linux's IPv4 routes: a line each, addresses in hexadecimal with the last byte first. */
    public static final Path ROUTES = Path.of("/proc/net/route");

    private static final Logger LOG = LoggerFactory.getLogger(DefaultGateways.class);
    private static final int DESTINATION = 1;
    private static final int GATEWAY = 2;
    private static final String ANY = "00000000";

    private DefaultGateways() {}

    /** None where there is no such file. */
    public static Set<InetAddress> in(Path routes) {
        Set<InetAddress> gateways = new HashSet<>();
        try {
            List<String> lines = Files.exists(routes) ? Files.readAllLines(routes) : List.of();
            for (String line : lines) {
                String[] words = line.split("\\s+", GATEWAY + 2);
                if (words.length > GATEWAY
                        && words[DESTINATION].equals(ANY)
                        && !words[GATEWAY].equals(ANY)) {
                    gateways.add(address(words[GATEWAY]));
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            LOG.atDebug().setCause(e).log("The routes of this machine are not known");
        }
        return gateways;
    }

    private static InetAddress address(String lastByteFirst) throws UnknownHostException {
        byte[] bytes = HexFormat.of().parseHex(lastByteFirst);
        byte[] address = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            address[i] = bytes[bytes.length - 1 - i];
        }
        return InetAddress.getByAddress(address);
    }
}
