/**
 * {@code ./headrace demo FILE}: the lines of any file, produced over HTTP and followed by a live
 * consumer, compared line by line.
 *
 * <p>Entry: {@link io.headrace.standalone.demo.Demo}. A client like any other: it knows only the
 * gateway's HTTP API. Threads: the main thread produces and shows, one thread follows. Imports
 * nothing of ours.
 */
@NullMarked
package io.headrace.standalone.demo;

import org.jspecify.annotations.NullMarked;
