package io.headrace.gateway.instance;

import java.time.Duration;

/**
 * Bounds of consumer instances.
 *
 * @param instancesMax in this gateway
 * @param callsMax calls of all instances that run or wait
 * @param idleMax after which an instance that nobody called is removed
 * @param keepEvery how often the keeper polls an idle instance
 * @param joinWait how long a read may wait to become a member, on top of its timeout
 * @param waitMax longest timeout of a read
 * @param pageBytes keys and values of one answer when the request does not say
 * @param pageBytesMax the most it can say
 * @param fetchBytesMax what an instance holds of records that were fetched ahead
 * @param commitEvery how often offsets are committed for instances that do not commit themselves
 * @param writeTimeout in which a client must have taken its answer
 * @param closeWait how long leaving a group may take, and a commit
 * @param isCommitAsGiven whether a committed offset is the next to read; else the last one read
 */
public record InstanceLimits(
        int instancesMax,
        int callsMax,
        Duration idleMax,
        Duration keepEvery,
        Duration joinWait,
        Duration waitMax,
        int pageBytes,
        int pageBytesMax,
        int fetchBytesMax,
        Duration commitEvery,
        Duration writeTimeout,
        Duration closeWait,
        boolean isCommitAsGiven) {}
