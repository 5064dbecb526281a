package io.headrace.standalone;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;

/** Looks whether a port can be listened on, before anything heavy is started. */
final class ListenPort {

    private ListenPort() {}

    static boolean isFree(String address, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(
                    true); // as the servers do: old connections in TIME_WAIT are fine
            socket.bind(new InetSocketAddress(InetAddress.getByName(address), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * @throws StartFailure if the address is none of this machine's, or the port is taken
     */
    static void check(String service, String option, String address, int port) throws StartFailure {
        try {
            InetAddress resolved = InetAddress.getByName(address);
            if (!resolved.isAnyLocalAddress() && !isFree(address, 0)) {
                throw noSuchAddress(address);
            }
        } catch (UnknownHostException e) {
            throw noSuchAddress(address);
        }
        if (!isFree(address, port)) {
            throw taken(service, option, port);
        }
    }

    static StartFailure taken(String service, String option, int port) {
        if (port < 1024 && PortHolder.of(port).isEmpty()) {
            return new StartFailure(
                    StartFailure.PORT_TAKEN,
                    "port "
                            + port
                            + " ("
                            + service
                            + ") may not be listened on; choose one above"
                            + " 1023 with "
                            + option
                            + " N");
        }
        String holder = PortHolder.of(port).map(process -> "by " + process).orElse("already");
        return new StartFailure(
                StartFailure.PORT_TAKEN,
                "port "
                        + port
                        + " ("
                        + service
                        + ") is taken "
                        + holder
                        + "; stop that program or choose another port with "
                        + option
                        + " N");
    }

    private static StartFailure noSuchAddress(String address) {
        return new StartFailure(
                StartFailure.USAGE,
                "--listen "
                        + address
                        + " is not an address of this machine; try 127.0.0.1 or"
                        + " 0.0.0.0");
    }
}
