/**
 * Consumer groups over the v3 REST API: members, assignments, lag; and every change of a group's
 * offsets, with a plan before and an undo after.
 *
 * <p>Entries: {@code GroupChanges} (every change: planned, refused while the group has members,
 * written to the history and to the audit log) and the {@code *Resource} classes. {@code
 * OffsetPlan} decides where offsets go and knows no broker.
 *
 * <p>Imports {@code kafka}, {@code history}, {@code audit} and {@code envelope}. Fields and links
 * of what v3 has are Confluent's; what v3 lacks has kinds that begin with Headrace. Decision 17.
 */
@NullMarked
package io.headrace.admin.group;

import org.jspecify.annotations.NullMarked;
