/**
 * All services in one JVM with an embedded ZooKeeper: the laptop default, and what system tests
 * start. For a cluster on one machine a process runs a part of it: all but a broker, or a broker.
 *
 * <p>Entry: {@code Standalone}. Nothing is mocked: each service has its own Spring context,
 * configuration file and port, and they meet over HTTP and ZooKeeper as they do in processes of
 * their own.
 *
 * <p>Threads: the main thread starts ZooKeeper and waits; one thread per service starts it; the
 * shutdown hook stops them in the order gateway, broker, admin, ZooKeeper. {@code Platform} owns
 * what was started. May import all services, {@code coordination}.
 */
@NullMarked
package io.headrace.standalone;

import org.jspecify.annotations.NullMarked;
