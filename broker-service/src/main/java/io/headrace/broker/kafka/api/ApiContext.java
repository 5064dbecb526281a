package io.headrace.broker.kafka.api;

import io.headrace.broker.fetch.SliceLoader;
import io.headrace.broker.kafka.ConnectionDoctor;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.kafka.KafkaLimits;
import io.headrace.broker.quota.ReplicationThrottle;
import io.headrace.broker.replica.ReplicaManager;
import io.headrace.broker.security.Access;
import io.headrace.broker.telemetry.BrokerMetrics;
import io.headrace.broker.telemetry.TopicTraffic;
import io.headrace.model.cluster.ClusterImage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * What all APIs work with.
 *
 * @param image the newest image
 * @param workers threads that may wait for the disk or another process; bounded, reject when full
 * @param autoCreateTopics whether naming an unknown topic creates it, where the client allows that
 * @param readsNearby whether consumers that name their rack are sent to a replica there
 * @param leaderThrottle what is sent to throttled replicas
 */
public record ApiContext(
        ReplicaManager replicas,
        Supplier<ClusterImage> image,
        BrokerMetrics metrics,
        Executor workers,
        SliceLoader slices,
        KafkaLimits limits,
        Access access,
        ConnectionDoctor doctor,
        boolean autoCreateTopics,
        boolean readsNearby,
        ReplicationThrottle leaderThrottle) {

    boolean mayUseTopic(Exchange exchange, Access.Operation operation, String topic) {
        return allows(exchange, operation, Access.Resource.TOPIC, topic);
    }

    boolean mayUseCluster(Exchange exchange, Access.Operation operation) {
        return allows(exchange, operation, Access.Resource.CLUSTER, Access.CLUSTER_NAME);
    }

    boolean mayUseGroup(Exchange exchange, Access.Operation operation, String groupId) {
        return allows(exchange, operation, Access.Resource.GROUP, groupId);
    }

    boolean allows(
            Exchange exchange, Access.Operation operation, Access.Resource resource, String name) {
        return access.allows(
                Access.ANONYMOUS,
                exchange.client().remote().getHostString(),
                operation,
                resource,
                name);
    }

    /** The counters of a topic; names out of requests that do not exist share the broker's own. */
    TopicTraffic traffic(String topic) {
        return image.get().topics().containsKey(topic)
                ? metrics.topic(topic)
                : metrics.unknownTopic();
    }

    /** Runs on a worker, which may throw; a full queue answers as overloaded. */
    void onWorker(Exchange exchange, Runnable task, Supplier<ApiMessage> overloaded) {
        try {
            workers.execute(() -> exchange.guarded(task));
        } catch (RejectedExecutionException e) {
            exchange.answer(overloaded.get());
        }
    }
}
