/**
 * The envelope of the v3 REST API: resources and lists with their links, and the one error body.
 *
 * <p>Entries: {@link io.headrace.admin.envelope.V3Links} (absolute URLs and resource names), {@link
 * io.headrace.admin.envelope.V3List}, {@link io.headrace.admin.envelope.V3Exception} (refuse a
 * request) and {@link io.headrace.admin.envelope.V3Errors} (its body, whoever found the fault).
 *
 * <p>Imports the model only. Specified by Confluent's REST v3.
 */
@NullMarked
package io.headrace.admin.envelope;

import org.jspecify.annotations.NullMarked;
