/**
 * Bugs that are put into the services on purpose, to prove that fault runs see them.
 *
 * <p>Entries: {@link io.headrace.system.bug.SeededBug}, the list of them, and {@link
 * io.headrace.system.bug.BugAgent}, a Java agent that changes one method of a process while its
 * class is loaded: production code has no switches for it. The agent's jar holds this package and
 * nothing else, so it imports nothing of ours.
 */
@NullMarked
package io.headrace.system.bug;

import org.jspecify.annotations.NullMarked;
