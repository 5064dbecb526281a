package io.headrace.model.coordination;

import io.headrace.model.cluster.ClusterImage;
import java.io.Closeable;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.cache.ChildData;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.zookeeper.KeeperException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches ZooKeeper and publishes a new {@link ClusterImage} after every change.
 *
 * <p>Owner: one thread, {@code cluster-watch}, builds the images and calls the listeners, in order.
 * An image is built {@value #GATHER_MS} ms after a change: what was written in one transaction
 * arrives node by node, and whoever begins with the first of them keeps the others waiting. Changes
 * that arrive while an image is built are covered by the next one, so at most one build waits. A
 * listener must not block for long.
 *
 * <p>While ZooKeeper is away the last image stays. A listener that throws is logged and does not
 * keep the others from being called.
 */
public final class ClusterWatch implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterWatch.class);

    private static final int GATHER_MS = 3;

    private final CuratorCache cache;
    private final ClusterImageBuilder builder;
    private final ScheduledThreadPoolExecutor thread;
    private final List<Consumer<ClusterImage>> listeners = new CopyOnWriteArrayList<>();
    private final AtomicBoolean buildIsDue = new AtomicBoolean();
    private final CountDownLatch initialized = new CountDownLatch(1);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition published = lock.newCondition();
    private volatile ClusterImage image;

    private ClusterWatch(CuratorCache cache) {
        this.cache = cache;
        this.builder = new ClusterImageBuilder(cache);
        this.image = builder.build();
        this.thread =
                new ScheduledThreadPoolExecutor(
                        1, Thread.ofPlatform().daemon().name("cluster-watch").factory());
    }

    /**
     * Starts to watch and waits for the first complete image, which is no older than anything that
     * anybody had seen before the call: the ZooKeeper server catches up first.
     *
     * @throws TimeoutException if ZooKeeper did not deliver the whole tree in time
     */
    public static ClusterWatch start(CuratorFramework client, Duration wait)
            throws InterruptedException, TimeoutException {
        sync(client, wait);
        ClusterWatch watch = new ClusterWatch(CuratorCache.build(client, "/"));
        watch.cache
                .listenable()
                .addListener(
                        CuratorCacheListener.builder()
                                .forAll((type, before, after) -> watch.changed(before, after))
                                .forInitialized(watch::initialized)
                                .build());
        watch.cache.start();
        if (!watch.initialized.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
            watch.close();
            throw new TimeoutException(
                    "no complete view of the cluster within " + wait.toMillis() + " ms");
        }
        return watch;
    }

    private static void sync(CuratorFramework client, Duration wait)
            throws InterruptedException, TimeoutException {
        CountDownLatch synced = new CountDownLatch(1);
        AtomicInteger result = new AtomicInteger();
        try {
            client.sync()
                    .inBackground(
                            (from, event) -> {
                                result.set(event.getResultCode());
                                synced.countDown();
                            })
                    .forPath("/");
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("could not ask ZooKeeper to catch up", e);
        }
        boolean isAnswered = synced.await(wait.toMillis(), TimeUnit.MILLISECONDS);
        if (!isAnswered || result.get() != KeeperException.Code.OK.intValue()) {
            throw new TimeoutException(
                    "ZooKeeper did not catch up within " + wait.toMillis() + " ms");
        }
    }

    /** The newest image. */
    public ClusterImage image() {
        return image;
    }

    /**
     * What this process last saw at a path, also of nodes that are no part of the image; it may lag
     * behind ZooKeeper.
     */
    public Optional<byte[]> seen(String path) {
        return cache.get(path).map(ChildData::getData);
    }

    /** Calls the listener with the current image soon, and with every later one. */
    public void listen(Consumer<ClusterImage> listener) {
        listeners.add(listener);
        thread.execute(() -> call(listener, image));
    }

    /**
     * Waits until an image satisfies the condition.
     *
     * @return that image
     * @throws TimeoutException if none does in time
     */
    public ClusterImage await(Predicate<ClusterImage> condition, Duration wait)
            throws InterruptedException, TimeoutException {
        long nanosLeft = wait.toNanos();
        lock.lock();
        try {
            while (!condition.test(image)) {
                if (nanosLeft <= 0) {
                    throw new TimeoutException(
                            "the cluster did not reach the awaited state within "
                                    + wait.toMillis()
                                    + " ms");
                }
                nanosLeft = published.awaitNanos(nanosLeft);
            }
            return image;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        cache.close();
        thread.shutdownNow();
    }

    /** Consumer instances come and go by the thousand and are no part of the image. */
    private void changed(@Nullable ChildData before, @Nullable ChildData after) {
        ChildData node = after == null ? before : after;
        if (node == null || !node.getPath().startsWith(ZkPaths.CONSUMERS + "/")) {
            changed();
        }
    }

    private void initialized() {
        execute(
                () -> {
                    publish();
                    initialized.countDown();
                },
                0);
    }

    private void changed() {
        if (buildIsDue.compareAndSet(false, true)) {
            execute(this::publish, GATHER_MS);
        }
    }

    private void execute(Runnable task, int delayMs) {
        if (!thread.isShutdown()) {
            var _ = thread.schedule(() -> run(task), delayMs, TimeUnit.MILLISECONDS);
        }
    }

    /** Nobody asks what became of a scheduled task. */
    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("An image of the cluster could not be built");
        }
    }

    private void publish() {
        buildIsDue.set(false);
        ClusterImage next = builder.build();
        lock.lock();
        try {
            image = next;
            published.signalAll();
        } finally {
            lock.unlock();
        }
        for (Consumer<ClusterImage> listener : listeners) {
            call(listener, next);
        }
    }

    private static void call(Consumer<ClusterImage> listener, ClusterImage image) {
        try {
            listener.accept(image);
        } catch (RuntimeException e) {
            LOG.atError()
                    .setCause(e)
                    .addKeyValue("imageVersion", image.version())
                    .log("A cluster listener failed");
        }
    }
}
