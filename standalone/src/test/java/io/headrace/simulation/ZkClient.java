package io.headrace.simulation;

import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.coordination.SimulatedCache;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One program's connection to ZooKeeper: a session, calls that may break off, and an image of the
 * cluster that lags.
 */
public final class ZkClient {

    private static final long PING_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long LOSS_NANOS = TimeUnit.MILLISECONDS.toNanos(800);

    private final ModelZooKeeper zooKeeper;
    private final Network network;
    private final Program program;
    private final Random random;
    private final int machine;
    private final SimulatedCache cache = new SimulatedCache();
    private final List<Consumer<ClusterImage>> listeners = new ArrayList<>();
    private Runnable onSessionLost = () -> {};
    private Runnable onSuspended = () -> {};
    private ClusterImage image;
    private int seen;
    private boolean isDeliveryPlanned;
    private long session;

    ZkClient(
            ModelZooKeeper zooKeeper,
            Network network,
            Program program,
            Random random,
            int machine) {
        this.zooKeeper = zooKeeper;
        this.network = network;
        this.program = program;
        this.random = random;
        this.machine = machine;
        this.image = cache.image();
        zooKeeper.watch(this::planDelivery);
        program.in(0, this::ping);
    }

    public ClusterImage image() {
        return image;
    }

    public Program program() {
        return program;
    }

    public long session() {
        return session;
    }

    public void listen(Consumer<ClusterImage> listener) {
        listeners.add(listener);
    }

    public void whenSessionLost(Runnable then) {
        onSessionLost = then;
    }

    public void whenSuspended(Runnable then) {
        onSuspended = then;
    }

    public boolean isConnected() {
        return network.isOpen(machine, Network.ZOOKEEPER)
                && network.isOpen(Network.ZOOKEEPER, machine);
    }

    private void ping() {
        if (isConnected()) {
            if (session == 0) {
                session = zooKeeper.open();
            } else if (!zooKeeper.isAlive(session)) {
                session = 0;
                onSuspended.run();
                onSessionLost.run();
                session = zooKeeper.open();
            }
            zooKeeper.heard(session);
            planDelivery();
        } else {
            onSuspended.run();
        }
        program.in(PING_NANOS, this::ping);
    }

    /**
     * Has something done at the server.
     *
     * @param then gets nothing when the connection broke: it was done, or it was not
     */
    public <T> void call(Supplier<T> atServer, Consumer<Optional<T>> then) {
        long of = session;
        if (of == 0 || !network.isOpen(machine, Network.ZOOKEEPER)) {
            program.in(LOSS_NANOS, () -> then.accept(Optional.empty()));
            return;
        }
        program.timeline()
                .in(
                        network.nanos(machine, Network.ZOOKEEPER),
                        () -> {
                            if (!zooKeeper.isAlive(of)) {
                                program.in(LOSS_NANOS, () -> then.accept(Optional.empty()));
                                return;
                            }
                            T result = atServer.get();
                            boolean isLost = !network.isOpen(Network.ZOOKEEPER, machine);
                            program.in(
                                    isLost ? LOSS_NANOS : network.nanos(Network.ZOOKEEPER, machine),
                                    () ->
                                            then.accept(
                                                    isLost
                                                            ? Optional.empty()
                                                            : Optional.of(result)));
                        });
    }

    private void planDelivery() {
        if (isDeliveryPlanned || seen == zooKeeper.changes().size() || !isConnected()) {
            return;
        }
        isDeliveryPlanned = true;
        program.in(network.nanos(Network.ZOOKEEPER, machine), this::deliver);
    }

    private void deliver() {
        isDeliveryPlanned = false;
        if (!isConnected()) {
            return;
        }
        int all = zooKeeper.changes().size();
        int until = random.nextInt(4) == 0 ? seen + random.nextInt(all - seen + 1) : all;
        while (seen < until) {
            ModelZooKeeper.Change change = zooKeeper.changes().get(seen++);
            cache.put(change.path(), change.data());
        }
        image = cache.image();
        for (Consumer<ClusterImage> listener : List.copyOf(listeners)) {
            listener.accept(image);
        }
        planDelivery();
    }

    /** Whether the image shows everything that is so by now. */
    boolean isCurrent() {
        return seen == zooKeeper.changes().size();
    }
}
