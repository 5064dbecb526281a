/**
 * The way from a request to the process that can serve it: the leader broker of a partition, or a
 * live admin-service, both found by the cluster image.
 *
 * <p>Entries: {@link io.headrace.gateway.route.Brokers} (fetch and look up, with bounded retries
 * while leadership moves), {@link io.headrace.gateway.route.KafkaEndpoints} (where Kafka clients
 * begin), {@link io.headrace.gateway.route.AdminProxy} ({@code /v3/**}), {@link
 * io.headrace.gateway.route.Topics} (topics of the image). Imports {@code http}.
 */
@NullMarked
package io.headrace.gateway.route;

import org.jspecify.annotations.NullMarked;
