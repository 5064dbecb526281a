/**
 * The system tests' own program: real processes under faults and load, and what became of it.
 *
 * <p>Entry: {@link io.headrace.system.SystemTests}, behind {@code ./headrace test --faults} and
 * {@code --check}.
 */
@NullMarked
package io.headrace.system;

import org.jspecify.annotations.NullMarked;
