/**
 * A lean HTTP/1.1 load generator: closed loop, keep-alive, one thread, so that the client costs as
 * little as it can on a machine that it shares with the server.
 *
 * <p>Entry: {@link io.headrace.bench.load.HttpLoad}; a {@link io.headrace.bench.load.Conversation}
 * says what one connection asks and whether the answers are right. What the client itself can do at
 * most is measured against {@link io.headrace.bench.load.CannedServer}. Imports {@code report} of
 * ours.
 */
@NullMarked
package io.headrace.bench.load;

import org.jspecify.annotations.NullMarked;
