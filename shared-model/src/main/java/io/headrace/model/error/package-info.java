/**
 * The error codes that every service and every API of Headrace uses.
 *
 * <p>Entry: {@link io.headrace.model.error.ErrorCode}. Imports nothing of ours. Numbers and names
 * are those of the Kafka protocol; where Kafka has no code for a case, the entry says which number
 * stands for it on the wire.
 */
@NullMarked
package io.headrace.model.error;

import org.jspecify.annotations.NullMarked;
