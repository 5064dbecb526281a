/**
 * The audit log: every change that somebody asked for, made or refused, with who, what, before and
 * after.
 *
 * <p>Entries: {@link io.headrace.admin.audit.AuditLog} (append) and {@code AuditResource} (query).
 * Rows are added, never changed.
 *
 * <p>The rule when the database is slow or down: a change never waits for it longer than {@code
 * headrace.admin.audit.wait-max}. Its row stays in a bounded queue and is tried again; a row that
 * cannot be kept (queue full, attempts used up, stop) is written in full to the server log at ERROR
 * and counted in {@code headrace_admin_audit_lost_total}.
 *
 * <p>Owner: the thread {@code audit-writer} writes; anybody appends. Imports {@code envelope}.
 */
@NullMarked
package io.headrace.admin.audit;

import org.jspecify.annotations.NullMarked;
