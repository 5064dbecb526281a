package io.headrace.broker.security;

/**
 * Decides whether a client may do something. Asked on event loops: answers from memory, at once.
 *
 * <p>Source: Kafka's authorizer model (operations and resource types by the same names).
 */
public interface Access {

    /** Everybody may do everything: a broker on which no access rules were set up. */
    Access OPEN = (principal, host, operation, resource, name) -> true;

    /** The principal of a client that has not said who it is. */
    String ANONYMOUS = "User:ANONYMOUS";

    enum Operation {
        READ,
        WRITE,
        CREATE,
        DELETE,
        ALTER,
        DESCRIBE,
        CLUSTER_ACTION,
        DESCRIBE_CONFIGS,
        ALTER_CONFIGS,
        IDEMPOTENT_WRITE
    }

    enum Resource {
        TOPIC,
        GROUP,
        CLUSTER,
        TRANSACTIONAL_ID
    }

    /** The name of the one resource of type {@link Resource#CLUSTER}. */
    String CLUSTER_NAME = "kafka-cluster";

    /**
     * @param principal for example {@code User:alice}
     * @param host address of the client
     * @param name of the resource
     */
    boolean allows(
            String principal, String host, Operation operation, Resource resource, String name);
}
