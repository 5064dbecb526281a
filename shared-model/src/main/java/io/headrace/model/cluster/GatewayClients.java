package io.headrace.model.cluster;

/**
 * How a gateway's Kafka clients name themselves to brokers.
 *
 * <p>A gateway looks for a topic in the cluster image before it sends a record. Its producer would
 * all the same create a topic that is deleted while records are under way: the stock producer asks
 * for creation with every metadata request. Brokers therefore create nothing for these clients.
 */
public final class GatewayClients {

    private static final String PREFIX = "headrace-gateway-";

    private GatewayClients() {}

    /** The {@code client.id} of a gateway's client. */
    public static String clientId(String purpose) {
        return PREFIX + purpose;
    }

    public static boolean isGateway(String clientId) {
        return clientId.startsWith(PREFIX);
    }
}
