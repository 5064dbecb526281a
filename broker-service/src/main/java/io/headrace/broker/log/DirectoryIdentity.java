package io.headrace.broker.log;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.disk.WholeFile;
import io.headrace.model.topic.TopicId;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/** {@code meta.properties}: which cluster and broker a log directory belongs to. */
final class DirectoryIdentity {

    static final String NAME = "meta.properties";

    private DirectoryIdentity() {}

    /**
     * Reads the identity, writing it if the directory has none.
     *
     * @return the directory's own id
     * @throws LogDirectoryException if the directory belongs to another cluster or broker
     */
    static String claim(Disk disk, Path directory, String clusterId, int nodeId)
            throws IOException {
        Path file = directory.resolve(NAME);
        Optional<String> text = WholeFile.read(disk, file);
        if (text.isEmpty()) {
            String directoryId = TopicId.random().toString();
            WholeFile.replace(disk, file, print(clusterId, nodeId, directoryId));
            return directoryId;
        }
        Properties properties = new Properties();
        properties.load(new StringReader(text.get()));
        require(directory, "version", "1", properties.getProperty("version", ""));
        require(directory, "cluster.id", clusterId, properties.getProperty("cluster.id", ""));
        String node = properties.getProperty("node.id", properties.getProperty("broker.id", ""));
        require(directory, "node.id", Integer.toString(nodeId), node);
        return properties.getProperty("directory.id", TopicId.ZERO.toString());
    }

    private static void require(Path directory, String key, String expected, String found)
            throws LogDirectoryException {
        if (!expected.equals(found)) {
            throw new LogDirectoryException(
                    "The log directory "
                            + directory
                            + " belongs to "
                            + key
                            + " '"
                            + found
                            + "', this broker has '"
                            + expected
                            + "': start it with its own data directory, or with an empty one.");
        }
    }

    private static String print(String clusterId, int nodeId, String directoryId) {
        return "version=1\ncluster.id="
                + clusterId
                + "\nnode.id="
                + nodeId
                + "\ndirectory.id="
                + directoryId
                + "\n";
    }
}
