package io.headrace.admin.audit;

import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.JpaSpecificationExecutor;

/** The audit rows in the database. */
public interface AuditRepository
        extends JpaRepository<AuditRow, Long>, JpaSpecificationExecutor<AuditRow> {}
