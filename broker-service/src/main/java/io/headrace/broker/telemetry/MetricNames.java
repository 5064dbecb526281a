package io.headrace.broker.telemetry;

/**
 * Every metric name of the broker. The Prometheus registry turns dots into underscores and adds
 * {@code _total} to counters, which gives the names that dashboards for Kafka query.
 */
public final class MetricNames {

    public static final String MESSAGES_IN = "kafka.server.brokertopicmetrics.messagesin";
    public static final String BYTES_IN = "kafka.server.brokertopicmetrics.bytesin";
    public static final String BYTES_OUT = "kafka.server.brokertopicmetrics.bytesout";
    public static final String PRODUCE_REQUESTS =
            "kafka.server.brokertopicmetrics.totalproducerequests";
    public static final String FETCH_REQUESTS =
            "kafka.server.brokertopicmetrics.totalfetchrequests";
    public static final String FAILED_PRODUCE_REQUESTS =
            "kafka.server.brokertopicmetrics.failedproducerequests";
    public static final String FAILED_FETCH_REQUESTS =
            "kafka.server.brokertopicmetrics.failedfetchrequests";

    public static final String PARTITION_COUNT = "kafka.server.replicamanager.partitioncount";
    public static final String LEADER_COUNT = "kafka.server.replicamanager.leadercount";
    public static final String UNDER_REPLICATED =
            "kafka.server.replicamanager.underreplicatedpartitions";
    public static final String UNDER_MIN_ISR =
            "kafka.server.replicamanager.underminisrpartitioncount";
    public static final String ISR_SHRINKS = "kafka.server.replicamanager.isrshrinks";
    public static final String ISR_EXPANDS = "kafka.server.replicamanager.isrexpands";
    public static final String OFFLINE_REPLICAS = "kafka.server.replicamanager.offlinereplicacount";
    public static final String OFFLINE_LOG_DIRECTORIES =
            "kafka.log.logmanager.offlinelogdirectorycount";
    public static final String LOG_SIZE = "kafka.log.log.size";

    public static final String PARTITION_UNDER_MIN_ISR = "kafka.cluster.partition.underminisr";
    public static final String PARTITION_AT_MIN_ISR = "kafka.cluster.partition.atminisr";
    public static final String PARTITION_REPLICAS = "kafka.cluster.partition.replicascount";

    /** As exporters name them that ask from outside. */
    public static final String PARTITION_END = "kafka.topic.partition.current.offset";

    public static final String PARTITION_START = "kafka.topic.partition.oldest.offset";

    public static final String GROUP_MEMBERS = "kafka.consumergroup.members";

    public static final String REQUEST_TOTAL_TIME = "kafka.network.requestmetrics.totaltimems";
    public static final String REQUEST_TIME = "headrace.broker.kafka.requests";
    public static final String CONNECTIONS = "kafka.server.socket.server.metrics.connection.count";

    public static final String NETWORK_IDLE =
            "kafka.network.socketserver.networkprocessoravgidle.percent";
    public static final String WORKERS_IDLE =
            "kafka.server.kafkarequesthandlerpool.requesthandleravgidle.percent";

    public static final String PARKED_FETCHES = "headrace.broker.parked.fetches";
    public static final String BYTES_IN_FLIGHT = "headrace.broker.request.bytes.in.flight";
    public static final String KAFKA_BYTES_IN_FLIGHT =
            "headrace.broker.kafka.request.bytes.in.flight";
    public static final String DISK_NEARLY_FULL = "headrace.broker.disk.nearly.full";
    public static final String STRAY_REPLICAS = "headrace.broker.stray.replicas";
    public static final String PARTITION_SERIES_LEFT_OUT =
            "headrace.broker.partition.series.left.out";

    public static final String DAMAGED_SEGMENTS = "headrace.broker.damaged.segments";
    public static final String REPAIRED_SEGMENTS = "headrace.broker.repaired.segments";
    public static final String SCRUBBED_BYTES = "headrace.broker.scrubbed.bytes";
    public static final String COPIED_BYTES = "kafka.server.brokertopicmetrics.replicationbytesin";
    public static final String DAMAGED_ANSWERS = "headrace.broker.replication.damaged.answers";
    public static final String PRODUCERS_CROWDED_OUT = "headrace.broker.producers.crowded.out";
    public static final String TRUNCATIONS = "headrace.broker.replication.truncations";
    public static final String LEADER_DISCONNECTS = "headrace.broker.replication.disconnects";
    public static final String ZOOKEEPER_DISCONNECTS =
            "kafka.server.sessionexpirelistener.zookeeperdisconnects";

    public static final String FLUSH_TIME = "kafka.log.logflushstats.logflushrateandtimems";

    public static final String CONNECTIONS_ACCEPTED = "headrace.broker.kafka.connections.accepted";
    public static final String CONNECTIONS_REFUSED = "headrace.broker.kafka.connections.refused";
    public static final String UNREADABLE_REQUESTS = "headrace.broker.kafka.unreadable.requests";
    public static final String SLOW_READERS = "headrace.broker.slow.readers";
    public static final String SLOW_READERS_CLOSED = "headrace.broker.slow.readers.closed";
    public static final String REPEATED_BATCHES = "headrace.broker.repeated.batches";
    public static final String LATE_ANSWERS = "headrace.broker.replication.late.answers";
    public static final String REBALANCES = "headrace.broker.coordinator.rebalances";
    public static final String MEMBERS_EXPIRED = "headrace.broker.coordinator.members.expired";
    public static final String COMMITS = "headrace.broker.coordinator.commits";
    public static final String GROUPS = "headrace.broker.coordinator.groups";
    public static final String GROUPS_REFUSED = "headrace.broker.coordinator.groups.refused";
    public static final String SHARD_LOADS = "headrace.broker.coordinator.shard.load";

    public static final String TAG_TOPIC = "topic";
    public static final String TAG_PARTITION = "partition";
    public static final String TAG_REQUEST = "request";
    public static final String TAG_GROUP = "consumergroup";

    private MetricNames() {}
}
