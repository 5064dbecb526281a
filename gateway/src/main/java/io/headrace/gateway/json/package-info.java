/**
 * JSON and base64 at the level of bytes, for the hot paths: a strict scanner that never turns
 * values into objects, and a writer that never makes strings.
 *
 * <p>Entries: {@link io.headrace.gateway.json.JsonScanner}, {@link
 * io.headrace.gateway.json.JsonWriter}. Objects belong to the one thread that made them. Specified
 * in RFC 8259 and RFC 4648. Imports nothing of ours.
 */
@NullMarked
package io.headrace.gateway.json;

import org.jspecify.annotations.NullMarked;
