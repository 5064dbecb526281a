/**
 * Real processes for system tests: a Java main in a child JVM that can be awaited, stopped and
 * killed.
 *
 * <p>Entries: {@link io.headrace.testkit.process.ChildJvm}, {@link
 * io.headrace.testkit.process.FreePorts}, {@link io.headrace.testkit.process.KafkaPeer} (Apache
 * Kafka as the judge of our bytes), {@link io.headrace.testkit.process.KafkaServer} (a whole Apache
 * Kafka beside us), {@link io.headrace.testkit.process.BrokerProcesses} (a cluster, ours or
 * Kafka's), {@link io.headrace.testkit.process.HeadraceParts} (ours, each part a process), {@link
 * io.headrace.testkit.process.HeadraceProgram} (what ours are started from). Each child has one
 * reader thread, which owns its captured output. Imports nothing of ours.
 */
@NullMarked
package io.headrace.testkit.process;

import org.jspecify.annotations.NullMarked;
