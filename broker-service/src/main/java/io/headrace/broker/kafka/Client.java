package io.headrace.broker.kafka;

import java.net.InetSocketAddress;

/**
 * Who is at the other end of a connection.
 *
 * @param listener the name of the listener it came through
 * @param reached the own address it connected to
 */
public record Client(String listener, InetSocketAddress remote, InetSocketAddress reached) {

    /** As Kafka's tools print it. */
    public String host() {
        return "/" + remote.getAddress().getHostAddress();
    }
}
