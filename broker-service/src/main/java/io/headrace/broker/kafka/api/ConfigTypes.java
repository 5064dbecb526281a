package io.headrace.broker.kafka.api;

import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;

/** The protocol's kind of a setting's value, by the setting's name. */
final class ConfigTypes {

    private ConfigTypes() {}

    /** Of a broker's own settings. */
    static byte ofBroker(String name) {
        ConfigType type =
                switch (name) {
                    case "auto.create.topics.enable" -> ConfigType.BOOLEAN;
                    case "broker.id", "node.id", "socket.request.max.bytes" -> ConfigType.INT;
                    case "log.dirs" -> ConfigType.LIST;
                    default -> ConfigType.LONG;
                };
        return type.id();
    }

    /** Of a topic's settings. */
    static byte of(String name) {
        ConfigType type =
                switch (name) {
                    case "cleanup.policy",
                            "follower.replication.throttled.replicas",
                            "leader.replication.throttled.replicas" ->
                            ConfigType.LIST;
                    case "compression.type", "message.timestamp.type" -> ConfigType.STRING;
                    case "min.cleanable.dirty.ratio" -> ConfigType.DOUBLE;
                    case "flush.on.ack", "preallocate", "unclean.leader.election.enable" ->
                            ConfigType.BOOLEAN;
                    case "index.interval.bytes",
                            "max.message.bytes",
                            "min.insync.replicas",
                            "segment.bytes",
                            "segment.index.bytes" ->
                            ConfigType.INT;
                    default -> ConfigType.LONG;
                };
        return type.id();
    }
}
