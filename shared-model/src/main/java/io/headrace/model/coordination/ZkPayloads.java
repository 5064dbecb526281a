package io.headrace.model.coordination;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.headrace.model.cluster.PartialProof;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.topic.TopicPartition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
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

    /**
     * @param provenEpoch broker epoch since which the broker has lost nothing; -1 without such
     *     proof
     * @param directoryId of the log directory
     * @param stopping whether the broker asks to be relieved of its leaderships
     * @param topicDefaults what topics have on this broker that set nothing; empty from a version
     *     that did not say
     * @param partialProof for all but some partitions; a version that does not know it sees no
     *     proof
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record BrokerNode(
            String httpUrl,
            Map<String, String> endpoints,
            @Nullable String rack,
            String version,
            long provenEpoch,
            String directoryId,
            boolean stopping,
            Map<String, String> topicDefaults,
            @Nullable PartialProofNode partialProof) {

        public BrokerNode(
                String httpUrl,
                Map<String, String> endpoints,
                @Nullable String rack,
                String version,
                long provenEpoch,
                String directoryId,
                boolean stopping,
                @Nullable Map<String, String> topicDefaults,
                @Nullable PartialProofNode partialProof) {
            this.httpUrl = httpUrl;
            this.endpoints = endpoints;
            this.rack = rack;
            this.version = version;
            this.provenEpoch = provenEpoch;
            this.directoryId = directoryId;
            this.stopping = stopping;
            this.topicDefaults = topicDefaults == null ? Map.of() : topicDefaults;
            this.partialProof = partialProof;
        }

        /** A broker with Kafka's defaults. */
        public BrokerNode(
                String httpUrl,
                Map<String, String> endpoints,
                @Nullable String rack,
                String version,
                long provenEpoch,
                String directoryId,
                boolean stopping) {
            this(
                    httpUrl,
                    endpoints,
                    rack,
                    version,
                    provenEpoch,
                    directoryId,
                    stopping,
                    Map.of(),
                    null);
        }

        /** The same broker, asking to be relieved. */
        public BrokerNode stop() {
            return new BrokerNode(
                    httpUrl,
                    endpoints,
                    rack,
                    version,
                    provenEpoch,
                    directoryId,
                    true,
                    topicDefaults,
                    partialProof);
        }

        /** The same broker, with proof that it lost nothing since that epoch. */
        public BrokerNode proven(long epoch) {
            return new BrokerNode(
                    httpUrl,
                    endpoints,
                    rack,
                    version,
                    epoch,
                    directoryId,
                    stopping,
                    topicDefaults,
                    partialProof);
        }
    }

    /**
     * @param damaged partition numbers by topic
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record PartialProofNode(long epoch, Map<String, List<Integer>> damaged) {

        public PartialProofNode(long epoch, @Nullable Map<String, List<Integer>> damaged) {
            this.epoch = epoch;
            this.damaged = damaged == null ? Map.of() : damaged;
        }

        public PartialProofNode(PartialProof proof) {
            this(proof.epoch(), byTopic(proof.damaged()));
        }

        private static Map<String, List<Integer>> byTopic(Set<TopicPartition> damaged) {
            Map<String, List<Integer>> byTopic = new TreeMap<>();
            for (TopicPartition each : damaged) {
                byTopic.computeIfAbsent(each.topic(), topic -> new ArrayList<>())
                        .add(each.partition());
            }
            byTopic.values().forEach(Collections::sort);
            return byTopic;
        }

        /** Empty where it states none. */
        public Optional<PartialProof> proof() {
            Set<TopicPartition> all = new HashSet<>();
            damaged.forEach(
                    (topic, partitions) ->
                            partitions.forEach(each -> all.add(new TopicPartition(topic, each))));
            return PartialProof.of(epoch, all);
        }
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record ServiceNode(String url, String version) {}

    /**
     * @param epoch of the newest controller, from 1
     * @param adminId which admin-service that is
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record ControllerNode(int epoch, String adminId) {}

    /**
     * How the next controller notices that a broker restarted in between, and how leaders know whom
     * they may add to an ISR.
     *
     * @param epochs admitted broker epoch by broker id, of live brokers
     * @param last what was admitted last, also of brokers that are gone; empty from a version that
     *     did not keep it
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record RememberedBrokersNode(
            Map<Integer, Long> epochs, Map<Integer, LastBrokerNode> last) {
        public RememberedBrokersNode(
                Map<Integer, Long> epochs, @Nullable Map<Integer, LastBrokerNode> last) {
            this.epochs = epochs;
            this.last = last == null ? Map.of() : last;
        }
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record LastBrokerNode(long epoch, String directoryId) {}

    /**
     * @param topicId text form of the topic id
     * @param assignments broker ids per partition
     * @param moves by partition, of those that move
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record TopicNode(
            String topicId,
            List<List<Integer>> assignments,
            Map<Integer, MoveNode> moves,
            Map<String, String> config) {

        public TopicNode(
                String topicId,
                List<List<Integer>> assignments,
                @Nullable Map<Integer, MoveNode> moves,
                Map<String, String> config) {
            this.topicId = topicId;
            this.assignments = assignments;
            this.moves = moves == null ? Map.of() : moves;
            this.config = config;
        }

        /** A topic of which nothing moves. */
        public TopicNode(
                String topicId, List<List<Integer>> assignments, Map<String, String> config) {
            this(topicId, assignments, Map.of(), config);
        }
    }

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record MoveNode(List<Integer> adding, List<Integer> removing) {}

    /**
     * @param topicId repeats the id of the topic, so that a states node can never be read as
     *     another topic's
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record StatesNode(String topicId, List<PartitionNode> partitions) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record PartitionNode(
            int leader,
            int leaderEpoch,
            List<Integer> isr,
            List<Integer> elr,
            Integer lastCopy,
            int partitionEpoch) {

        public PartitionNode(
                int leader,
                int leaderEpoch,
                List<Integer> isr,
                @Nullable List<Integer> elr,
                @Nullable Integer lastCopy,
                int partitionEpoch) {
            this.leader = leader;
            this.leaderEpoch = leaderEpoch;
            this.isr = isr;
            this.elr = elr == null ? List.of() : elr;
            this.lastCopy = lastCopy == null ? PartitionState.NO_LEADER : lastCopy;
            this.partitionEpoch = partitionEpoch;
        }

        public PartitionNode(PartitionState state) {
            this(
                    state.leader(),
                    state.leaderEpoch(),
                    state.isr(),
                    state.elr(),
                    state.lastCopy(),
                    state.partitionEpoch());
        }

        /** A state that waits for no proof. */
        public PartitionNode(
                int leader,
                int leaderEpoch,
                List<Integer> isr,
                List<Integer> elr,
                int partitionEpoch) {
            this(leader, leaderEpoch, isr, elr, null, partitionEpoch);
        }

        public PartitionState state() {
            return new PartitionState(leader, leaderEpoch, isr, elr, lastCopy, partitionEpoch);
        }

        /** A state in which nobody but the ISR may lead. */
        public PartitionNode(int leader, int leaderEpoch, List<Integer> isr, int partitionEpoch) {
            this(leader, leaderEpoch, isr, List.of(), partitionEpoch);
        }
    }

    /**
     * @param sinceMs when, milliseconds since the epoch
     * @param draining whether its replicas are to move away, too
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record CordonNode(long sinceMs, boolean draining) {}

    /**
     * @param state RUNNING, DONE or CANCELLED
     * @param pending partitions that have not begun to move
     * @param seen brokers that were there when it began
     * @param goesOn whether more is planned when nothing is pending; absent in nodes of versions
     *     before
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record BalanceNode(
            long startedMs,
            String reason,
            String state,
            int total,
            List<PendingNode> pending,
            List<Integer> seen,
            @Nullable Boolean goesOn) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    public record PendingNode(String topic, int partition, List<Integer> from, List<Integer> to) {}

    /**
     * @param settings by Kafka's names
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record BrokerConfigNode(Map<String, String> settings) {}

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
