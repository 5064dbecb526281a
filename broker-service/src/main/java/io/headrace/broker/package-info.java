/**
 * The broker: the data plane. Its rooms are {@code disk}, {@code log}, {@code cluster}, {@code
 * replica}, {@code http}, {@code telemetry} and {@code wiring}; each package has its own door sign.
 *
 * <p>Entry: {@link io.headrace.broker.BrokerApplication}.
 */
@NullMarked
package io.headrace.broker;

import org.jspecify.annotations.NullMarked;
