package io.headrace.model.coordination;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.apache.zookeeper.server.embedded.ExitHandler;
import org.apache.zookeeper.server.embedded.ZooKeeperServerEmbedded;

/**
 * A real ZooKeeper server in this process, with its data on disk: for standalone and for tests.
 *
 * <p>Listens on loopback only. A restart on the same folder keeps everything.
 */
public final class EmbeddedZooKeeper implements AutoCloseable {

    private static final Duration START_WAIT = Duration.ofSeconds(30);

    private final ZooKeeperServerEmbedded server;
    private final String connectString;

    private EmbeddedZooKeeper(ZooKeeperServerEmbedded server, String connectString) {
        this.server = server;
        this.connectString = connectString;
    }

    /**
     * Starts a server and waits until it serves.
     *
     * @param dataDirectory created when absent
     * @param port to listen on; 0 for a free one
     */
    public static EmbeddedZooKeeper start(Path dataDirectory, int port) throws Exception {
        Files.createDirectories(dataDirectory);
        Properties config = new Properties();
        config.setProperty("dataDir", dataDirectory.resolve("data").toString());
        config.setProperty("clientPortAddress", "127.0.0.1");
        config.setProperty("clientPort", Integer.toString(port));
        config.setProperty("tickTime", "500");
        config.setProperty("minSessionTimeout", "1000");
        config.setProperty("maxSessionTimeout", "60000");
        config.setProperty("admin.enableServer", "false");
        config.setProperty("maxClientCnxns", "0");
        config.setProperty("autopurge.snapRetainCount", "3");
        config.setProperty("autopurge.purgeInterval", "24");
        ZooKeeperServerEmbedded server =
                ZooKeeperServerEmbedded.builder()
                        .baseDir(dataDirectory)
                        .configuration(config)
                        .exitHandler(ExitHandler.LOG_ONLY)
                        .build();
        server.start(START_WAIT.toMillis());
        return new EmbeddedZooKeeper(server, server.getConnectionString());
    }

    /** {@code host:port} for clients. */
    public String connectString() {
        return connectString;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
