/**
 * The cluster controller: which admin-service acts, and everything that it decides.
 *
 * <p>Entries: {@link io.headrace.admin.controller.Controller} (takes changes, answers outcomes) and
 * {@link io.headrace.admin.controller.ControllerElection} (LeaderLatch and controller epoch).
 * Inside, {@link io.headrace.admin.controller.ControllerCore} is a function from the cluster image
 * and an event to a decision made of values, and a {@link
 * io.headrace.admin.controller.ClusterStore} writes them.
 *
 * <p>Owner: the thread {@code controller} runs the core and the writes; {@code controller-election}
 * takes epochs. No locks are held over I/O. {@link io.headrace.admin.controller.Lifelines} has a
 * virtual thread and an idle connection per broker, and one to the controller elsewhere, and tells
 * whose process is gone.
 *
 * <p>Fencing: a controller acts in a {@link io.headrace.admin.controller.Term}, and every write
 * checks the version of {@code /controller/epoch} in the same multi. A suspended connection ends
 * the term at once. Knows neither Spring nor HTTP. Imports {@code balance} and the model.
 */
@NullMarked
package io.headrace.admin.controller;

import org.jspecify.annotations.NullMarked;
