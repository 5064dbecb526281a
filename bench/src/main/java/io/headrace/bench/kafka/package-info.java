/**
 * Headrace and Apache Kafka side by side on one machine, in turns, with Kafka's own clients and
 * perf tools as the load: produce, consume, latency, CPU, memory, start, many partitions.
 *
 * <p>Entry: {@link io.headrace.bench.kafka.KafkaBench}, and {@link
 * io.headrace.bench.kafka.ClusterBench} for three brokers of each, failover included. Both sides
 * are processes of their own, of equal age, and get the same records from the same tools; every
 * ratio is of one pair of runs.
 */
@NullMarked
package io.headrace.bench.kafka;

import org.jspecify.annotations.NullMarked;
