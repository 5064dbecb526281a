package io.headrace.admin.controller;

import java.time.Duration;

/**
 * What the operator allows and prefers for topics.
 *
 * @param partitionCountDefault when a creation names none
 * @param replicationFactorDefault when a creation names none; fewer when there are fewer brokers
 * @param partitionCountMax of one topic; its znodes must stay below ZooKeeper's 1 MiB
 * @param deletionGrace how long brokers keep the files of a deleted topic aside
 * @param tombstoneRetention how long after the grace period a tombstone is kept, for brokers that
 *     were away
 */
public record TopicRules(
        int partitionCountDefault,
        int replicationFactorDefault,
        int partitionCountMax,
        Duration deletionGrace,
        Duration tombstoneRetention) {}
