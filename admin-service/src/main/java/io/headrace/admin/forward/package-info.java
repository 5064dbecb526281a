/**
 * Carries changes to the admin-service that is the controller, so that any instance can be asked.
 *
 * <p>Entry: {@link io.headrace.admin.forward.ForwardFilter}. Imports {@code controller}, {@code
 * audit} (who called) and {@code envelope}.
 */
@NullMarked
package io.headrace.admin.forward;

import org.jspecify.annotations.NullMarked;
