/**
 * What clients did and saw during a run, in the order in which they noted it: a file that can be
 * checked again later.
 *
 * <p>Entries: {@link io.headrace.system.history.History}, the vocabulary; {@link
 * io.headrace.system.history.HistoryFile} writes it, {@link
 * io.headrace.system.history.HistoryReader} tells it to another {@code History} again. {@link
 * io.headrace.system.history.Value} is what the records of a run hold. Many client threads write
 * one file, under its monitor; a file is read by one thread. Imports nothing of ours.
 */
@NullMarked
package io.headrace.system.history;

import org.jspecify.annotations.NullMarked;
