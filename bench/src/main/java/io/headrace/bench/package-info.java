/**
 * Speed, shown as ratios: each claim of ours beside the plain thing it is measured against, both in
 * one run, alternated, at equal warm-up, as medians.
 *
 * <p>Entry: {@link io.headrace.bench.Bench}, the main class behind {@code ./headrace bench}. The
 * nested rooms mirror the rooms that they measure ({@code record}, {@code log}, {@code fetch},
 * {@code http}); {@code load} is the HTTP load generator, {@code machine} processes and what the
 * kernel says about them, {@code report} tables and figures. Nothing imports this module.
 */
@NullMarked
package io.headrace.bench;

import org.jspecify.annotations.NullMarked;
