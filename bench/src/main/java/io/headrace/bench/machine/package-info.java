/**
 * Processes that a bench starts, and what the kernel says about them ({@code /proc}; Linux only).
 *
 * <p>Entry: {@link io.headrace.bench.machine.ProcessUsage}, {@link
 * io.headrace.bench.machine.Platform}. No process outlives the bench.
 */
@NullMarked
package io.headrace.bench.machine;

import org.jspecify.annotations.NullMarked;
