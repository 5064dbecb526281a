/**
 * Where replicas and leaderships ought to be: plans as values.
 *
 * <p>Entry: {@link io.headrace.admin.balance.Balancer}, a function from the cluster image and what
 * is known of loads to a {@link io.headrace.admin.balance.BalancePlan}. The controller carries
 * plans out in bounded steps. No threads, no I/O; imports the model only. Decision page 0020.
 */
@NullMarked
package io.headrace.admin.balance;

import org.jspecify.annotations.NullMarked;
