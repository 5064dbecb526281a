package io.headrace.broker.kafka.api;

import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.security.Access;
import io.headrace.broker.security.Access.Operation;
import io.headrace.broker.security.Access.Resource;
import java.util.List;
import org.apache.kafka.common.acl.AclOperation;

/** The bit field in which responses say what the client may do with a resource. */
final class AuthorizedOperations {

    /** The client did not ask. */
    static final int NOT_ASKED = Integer.MIN_VALUE;

    private static final List<Operation> OF_TOPIC =
            List.of(
                    Operation.READ,
                    Operation.WRITE,
                    Operation.CREATE,
                    Operation.DESCRIBE,
                    Operation.DELETE,
                    Operation.ALTER,
                    Operation.DESCRIBE_CONFIGS,
                    Operation.ALTER_CONFIGS);
    private static final List<Operation> OF_CLUSTER =
            List.of(
                    Operation.CREATE,
                    Operation.CLUSTER_ACTION,
                    Operation.DESCRIBE_CONFIGS,
                    Operation.ALTER_CONFIGS,
                    Operation.IDEMPOTENT_WRITE,
                    Operation.ALTER,
                    Operation.DESCRIBE);

    private static final List<Operation> OF_GROUP =
            List.of(
                    Operation.READ,
                    Operation.DESCRIBE,
                    Operation.DELETE,
                    Operation.DESCRIBE_CONFIGS,
                    Operation.ALTER_CONFIGS);

    private AuthorizedOperations() {}

    static int ofGroup(ApiContext context, Exchange exchange, String groupId) {
        return bits(context, exchange, OF_GROUP, Resource.GROUP, groupId);
    }

    static int ofTopic(ApiContext context, Exchange exchange, String topic) {
        return bits(context, exchange, OF_TOPIC, Resource.TOPIC, topic);
    }

    static int ofCluster(ApiContext context, Exchange exchange) {
        return bits(context, exchange, OF_CLUSTER, Resource.CLUSTER, Access.CLUSTER_NAME);
    }

    private static int bits(
            ApiContext context,
            Exchange exchange,
            List<Operation> operations,
            Resource resource,
            String name) {
        int bits = 0;
        for (Operation operation : operations) {
            if (context.allows(exchange, operation, resource, name)) {
                bits |= 1 << AclOperation.valueOf(operation.name()).code();
            }
        }
        return bits;
    }
}
