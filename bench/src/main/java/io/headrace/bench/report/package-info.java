/**
 * What a bench prints: tables for people, one JSON line per figure for programs.
 *
 * <p>Entry: {@link io.headrace.bench.report.Report}. Owner: the thread of the bench. Imports
 * nothing of ours but {@link io.headrace.bench.Mode}.
 */
@NullMarked
package io.headrace.bench.report;

import org.jspecify.annotations.NullMarked;
