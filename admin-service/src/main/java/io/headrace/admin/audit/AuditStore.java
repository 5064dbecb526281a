package io.headrace.admin.audit;

import java.util.List;

/** Where audit rows are kept. May throw any {@link RuntimeException} while it is away. */
public interface AuditStore {

    void add(List<AuditRow> rows);
}
