/**
 * How much a client may use: the port that every API asks before it answers. It may import the
 * model.
 *
 * <p>Entry: {@link io.headrace.broker.quota.Throttle}.
 */
@NullMarked
package io.headrace.broker.quota;

import org.jspecify.annotations.NullMarked;
