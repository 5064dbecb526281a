package io.headrace.model.coordination;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * The payload record of every znode in {@link ZkPaths}, and their JSON form. Unknown fields are
 * ignored, so that a newer version can add some.
 */
public final class ZkPayloads {

    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private ZkPayloads() {}

    /**
     * @param formatVersion of the layout below the chroot; 1
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record ClusterNode(String clusterId, int formatVersion) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record BrokerNode(
            String httpUrl,
            Map<String, String> endpoints,
            @Nullable String rack,
            String version,
            boolean uncleanStart) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record ServiceNode(String url, String version) {}

    /**
     * @param epoch of the newest controller, from 1
     * @param adminId which admin-service that is
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record ControllerNode(int epoch, String adminId) {}

    /**
     * Only the controller reads it: how the next controller notices that a broker restarted in
     * between.
     *
     * @param epochs broker epoch by broker id
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record RememberedBrokersNode(Map<Integer, Long> epochs) {}

    /**
     * @param topicId text form of the topic id
     * @param assignments broker ids per partition
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record TopicNode(
            String topicId, List<List<Integer>> assignments, Map<String, String> config) {}

    /**
     * @param topicId repeats the id of the topic, so that a states node can never be read as
     *     another topic's
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record StatesNode(String topicId, List<PartitionNode> partitions) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record PartitionNode(
            int leader, int leaderEpoch, List<Integer> isr, int partitionEpoch) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record DeletionNode(String name, long deletedAtMs, long graceMs) {}

    /**
     * @param next producer id that nobody has claimed
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record ProducerIdsNode(long next) {}

    /**
     * @param gatewayId which gateway holds the instance
     * @param url of that gateway, for the others
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record ConsumerNode(String gatewayId, String url) {}

    public static byte[] encode(Record payload) {
        return JSON.writeValueAsBytes(payload);
    }

    /**
     * @throws IllegalArgumentException if the bytes are not such a payload; the message names the
     *     path
     */
    public static <T extends Record> T decode(String path, byte[] bytes, Class<T> type) {
        try {
            return JSON.readValue(bytes, type);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "znode "
                            + path
                            + " does not hold a "
                            + type.getSimpleName()
                            + ": "
                            + e.getOriginalMessage(),
                    e);
        }
    }
}
