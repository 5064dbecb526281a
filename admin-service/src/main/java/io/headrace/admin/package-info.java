/**
 * The control plane: elects the cluster controller, manages topics, keeps the audit log and the
 * topic catalog, and answers the v3 REST API.
 *
 * <p>Entry: {@link io.headrace.admin.AdminApplication}.
 */
@NullMarked
package io.headrace.admin;

import org.jspecify.annotations.NullMarked;
