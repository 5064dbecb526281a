/** Judges replicas from the files that brokers leave. */
@NullMarked
package io.headrace.testkit.replica;

import org.jspecify.annotations.NullMarked;
