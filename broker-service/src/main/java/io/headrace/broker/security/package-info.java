/**
 * Who may do what: the port that every API asks before it acts. It may import the model.
 *
 * <p>Entry: {@link io.headrace.broker.security.Access}.
 */
@NullMarked
package io.headrace.broker.security;

import org.jspecify.annotations.NullMarked;
