package io.headrace.gateway.instance;

import io.headrace.gateway.telemetry.GatewayMetrics;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The consumer instances of this gateway.
 *
 * <pre>
 *   (name claimed) → here → gone: deleted, expired, name lost to another gateway, gateway stopped
 * </pre>
 *
 * <p>Any thread; everything but {@link #find} blocks. Bounds: {@link InstanceLimits#instancesMax}.
 */
public final class Instances implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Instances.class);

    private final InstanceDirectory directory;
    private final GroupConsumers consumers;
    private final InstanceLimits limits;
    private final GatewayMetrics metrics;
    private final LongSupplier nanoClock;
    private final ConcurrentHashMap<InstanceKey, ConsumerInstance> instances =
            new ConcurrentHashMap<>();

    public Instances(
            InstanceDirectory directory,
            GroupConsumers consumers,
            InstanceLimits limits,
            GatewayMetrics metrics,
            LongSupplier nanoClock) {
        this.directory = directory;
        this.consumers = consumers;
        this.limits = limits;
        this.metrics = metrics;
        this.nanoClock = nanoClock;
        metrics.showInstances(instances, ConcurrentHashMap::mappingCount);
        directory.restoreAfterLoss(() -> List.copyOf(instances.keySet()), this::lost);
    }

    void create(InstanceKey key, InstanceSettings settings) {
        if (instances.size() >= limits.instancesMax()) {
            throw InstanceFailures.poolExhausted(
                    "This gateway holds "
                            + limits.instancesMax()
                            + " consumer instances already; delete some, or raise headrace.gateway.instances.max.");
        }
        ConsumerInstance instance =
                new ConsumerInstance(key, settings, () -> consumers.open(key, settings), nanoClock);
        if (instances.putIfAbsent(key, instance) != null) {
            throw InstanceFailures.nameTaken(key);
        }
        boolean isClaimed = false;
        try {
            isClaimed = directory.claim(key);
        } finally {
            if (!isClaimed) {
                instances.remove(key, instance);
            }
        }
        if (!isClaimed) {
            throw InstanceFailures.nameTaken(key);
        }
    }

    @Nullable ConsumerInstance find(InstanceKey key) {
        return instances.get(key);
    }

    Collection<ConsumerInstance> all() {
        return instances.values();
    }

    /** Leaves the group at once, and gives the name free. */
    void delete(ConsumerInstance instance) {
        if (!end(instance, true)) {
            throw InstanceFailures.unknownInstance(instance.key());
        }
    }

    void expire(ConsumerInstance instance) {
        if (end(instance, false)) {
            metrics.instanceExpired();
            LOG.atInfo()
                    .addKeyValue("groupId", instance.key().group())
                    .addKeyValue("instance", instance.key().name())
                    .log("A consumer instance that nobody called has expired");
        }
    }

    private void lost(InstanceKey key) {
        ConsumerInstance instance = instances.get(key);
        if (instance != null && instances.remove(key, instance)) {
            LOG.atWarn()
                    .addKeyValue("groupId", key.group())
                    .addKeyValue("instance", key.name())
                    .log(
                            "Another gateway took the consumer instance's name while ZooKeeper was away");
            instance.close(false);
        }
    }

    private boolean end(ConsumerInstance instance, boolean isWanted) {
        if (!instances.remove(instance.key(), instance)) {
            return false;
        }
        try {
            instance.close(isWanted);
        } finally {
            directory.release(instance.key());
        }
        return true;
    }

    /** All leave their groups, side by side. */
    @Override
    public void close() {
        List<ConsumerInstance> left = List.copyOf(instances.values());
        CountDownLatch ended = new CountDownLatch(left.size());
        for (ConsumerInstance instance : left) {
            Thread.ofVirtual()
                    .name("instance-close")
                    .start(
                            () -> {
                                try {
                                    end(instance, true);
                                } finally {
                                    ended.countDown();
                                }
                            });
        }
        try {
            if (!ended.await(limits.closeWait().toMillis() * 2, TimeUnit.MILLISECONDS)) {
                LOG.atWarn()
                        .addKeyValue("count", ended.getCount())
                        .log("Consumer instances did not leave their groups in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
