package io.headrace.admin.catalog;

import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.JpaSpecificationExecutor;

/** The catalog in the database. */
public interface CatalogRepository
        extends JpaRepository<CatalogEntry, String>, JpaSpecificationExecutor<CatalogEntry> {}
