/** JMH: building and reading record batches, per record. */
@NullMarked
package io.headrace.bench.record;

import org.jspecify.annotations.NullMarked;
