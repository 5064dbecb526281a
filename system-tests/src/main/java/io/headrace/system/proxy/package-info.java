/**
 * A TCP proxy for one directed link: delay, jitter, cut, half-open, reset, one byte at a time, and
 * for the Kafka protocol requests that are held and replies that are lost, by API.
 *
 * <p>Entry: {@link io.headrace.system.proxy.LinkProxy}. Each connection has two directions, each
 * with a thread that reads and one that writes; between them a bounded queue. What is done is a
 * {@link io.headrace.system.proxy.Behaviour}, which any thread may change at any time. Imports
 * nothing of ours.
 */
@NullMarked
package io.headrace.system.proxy;

import org.jspecify.annotations.NullMarked;
