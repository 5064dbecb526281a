/**
 * A plain HTTP client for tests: what curl would do, with timeouts.
 *
 * <p>Entry: {@link io.headrace.testkit.http.Http}. Imports nothing of ours.
 */
@NullMarked
package io.headrace.testkit.http;

import org.jspecify.annotations.NullMarked;
