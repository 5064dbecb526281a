package io.headrace.admin.wiring;

import io.headrace.model.coordination.ZkPaths;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.data.Stat;

/**
 * A database of its own belongs to one instance: of two, each would keep a part of the audit log
 * and of the catalog. Whoever came first stays.
 *
 * @param patience how long instances that came first may take to go; longer than a ZooKeeper
 *     session, which is how long a dead one is still seen
 */
record PrivateDatabase(CuratorFramework zooKeeper, Duration patience) {

    private static final long POLL_MS = 200;

    /** Whether nobody else can use the database at this address. */
    static boolean isPrivate(String url) {
        String address = url.toLowerCase(Locale.ROOT);
        return address.startsWith("jdbc:h2:")
                && !address.startsWith("jdbc:h2:tcp:")
                && !address.startsWith("jdbc:h2:ssl:");
    }

    /**
     * Returns once no instance is registered that came before this one.
     *
     * @param registeredAt the czxid of this one's registration
     * @throws PrivateDatabaseException if one still is when the patience ends
     */
    void waitUntilFirst(String adminId, long registeredAt) throws Exception {
        long end = System.nanoTime() + patience.toNanos();
        List<String> earlier = earlier(adminId, registeredAt);
        while (!earlier.isEmpty()) {
            if (System.nanoTime() - end >= 0) {
                throw new PrivateDatabaseException(earlier);
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
            earlier = earlier(adminId, registeredAt);
        }
    }

    private List<String> earlier(String adminId, long registeredAt) throws Exception {
        List<String> found = new ArrayList<>();
        for (String id : zooKeeper.getChildren().forPath(ZkPaths.ADMINS)) {
            Stat stat = zooKeeper.checkExists().forPath(ZkPaths.admin(id));
            if (!id.equals(adminId) && stat != null && stat.getCzxid() < registeredAt) {
                found.add(id);
            }
        }
        return found;
    }
}
