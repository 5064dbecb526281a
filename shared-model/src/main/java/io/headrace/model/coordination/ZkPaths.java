package io.headrace.model.coordination;

import io.headrace.model.topic.TopicId;
import java.nio.charset.StandardCharsets;

/**
 * The map of every znode, below the client's chroot. Payloads are JSON, see {@link ZkPayloads}.
 *
 * <pre>
 * /cluster                 ClusterNode      persistent, created once
 * /brokers/{id}            BrokerNode       ephemeral; czxid = broker epoch
 * /admins/{id}             ServiceNode      ephemeral
 * /gateways/{id}           ServiceNode      ephemeral
 * /controller/latch/...    Curator LeaderLatch; participant id = admin id
 * /controller/epoch        ControllerNode   persistent; written by compare-and-set by each new controller, and checked
 *                                           by version in every multi() that the controller writes
 * /controller/brokers      RememberedBrokersNode  persistent: which registrations of brokers the elections so far have
 *                                           seen; written by the controller, its version is checked by a leader's
 *                                           write that adds to an ISR
 * /controller/balance      BalanceNode      persistent: the plan that is carried out, or the last one
 * /topics/{name}           TopicNode        persistent: topic id, assignment, config
 * /states/{name}           StatesNode       persistent: one PartitionState per partition
 * /cordoned/{id}           CordonNode       persistent: this broker gets no new replicas
 * /configs/brokers/{id}    BrokerConfigNode persistent: settings changed at run time
 * /producer-ids            ProducerIdsNode  persistent: where the next block of producer ids begins; compare-and-set by brokers
 * /consumers/{group}:{name}  ConsumerNode   ephemeral: which gateway holds this consumer instance; group and name escaped
 * /deletions/{topic id}    DeletionNode     persistent tombstone; removed by the controller long after the grace period
 * </pre>
 */
public final class ZkPaths {

    public static final String CLUSTER = "/cluster";
    public static final String BROKERS = "/brokers";
    public static final String ADMINS = "/admins";
    public static final String GATEWAYS = "/gateways";
    public static final String CONTROLLER = "/controller";
    public static final String CONTROLLER_LATCH = "/controller/latch";
    public static final String CONTROLLER_EPOCH = "/controller/epoch";
    public static final String CONTROLLER_BROKERS = "/controller/brokers";
    public static final String TOPICS = "/topics";
    public static final String STATES = "/states";
    public static final String CONTROLLER_BALANCE = "/controller/balance";
    public static final String CORDONED = "/cordoned";
    public static final String BROKER_CONFIGS = "/configs/brokers";
    public static final String PRODUCER_IDS = "/producer-ids";
    public static final String DELETIONS = "/deletions";
    public static final String CONSUMERS = "/consumers";

    private ZkPaths() {}

    public static String broker(int id) {
        return BROKERS + "/" + id;
    }

    public static String cordoned(int brokerId) {
        return CORDONED + "/" + brokerId;
    }

    public static String brokerConfig(int brokerId) {
        return BROKER_CONFIGS + "/" + brokerId;
    }

    public static String admin(String id) {
        return ADMINS + "/" + id;
    }

    public static String gateway(String id) {
        return GATEWAYS + "/" + id;
    }

    public static String topic(String name) {
        return TOPICS + "/" + name;
    }

    public static String states(String name) {
        return STATES + "/" + name;
    }

    public static String deletion(TopicId id) {
        return DELETIONS + "/" + id;
    }

    /**
     * One node per consumer instance, whatever its names contain: every byte of them that is not an
     * ASCII letter, digit, '_' or '-' stands as '%' and two digits.
     */
    public static String consumer(String group, String name) {
        return CONSUMERS + "/" + escaped(group) + ":" + escaped(name);
    }

    private static String escaped(String text) {
        StringBuilder path = new StringBuilder(text.length() + 16);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean isPlain =
                    (c >= 'a' && c <= 'z')
                            || (c >= 'A' && c <= 'Z')
                            || (c >= '0' && c <= '9')
                            || c == '_'
                            || c == '-';
            if (isPlain) {
                path.append(c);
            } else {
                path.append('%')
                        .append(Character.forDigit(c >> 4, 16))
                        .append(Character.forDigit(c & 15, 16));
            }
        }
        return path.toString();
    }
}
