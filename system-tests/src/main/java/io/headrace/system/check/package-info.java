/**
 * Judges a history: nothing acknowledged is lost, reordered, doubled or invented, one value stands
 * at one offset, groups have one owner per partition and generation.
 *
 * <p>Entry: {@link io.headrace.system.check.Checker}, a {@code History} that is told everything
 * once, in order, by one thread, and then asked for its {@link io.headrace.system.check.Judgement}.
 * Memory: 9 bytes per value that was sent and 9 per offset. May import {@code history}.
 */
@NullMarked
package io.headrace.system.check;

import org.jspecify.annotations.NullMarked;
