package io.headrace.admin.audit;

/**
 * What was asked for.
 *
 * @param action for example {@code topic.create}
 * @param request the change as JSON
 */
public record AuditedChange(
        String action,
        String resourceType,
        String resourceName,
        String request,
        boolean validateOnly) {}
