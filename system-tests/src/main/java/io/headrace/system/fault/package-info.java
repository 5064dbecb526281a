/**
 * What is done to a cluster: plans by the names of the fault matrix in the reference on
 * reliability, and the run of one.
 *
 * <p>Entries: {@link io.headrace.system.fault.Plans} and {@link io.headrace.system.fault.FaultRun}.
 * A plan draws everything that is random from the run's seed. One thread; every wait has a bound.
 * May import {@code machine}, {@code cluster}, {@code load}, {@code proxy}, {@code history} and
 * {@code check}.
 */
@NullMarked
package io.headrace.system.fault;

import org.jspecify.annotations.NullMarked;
