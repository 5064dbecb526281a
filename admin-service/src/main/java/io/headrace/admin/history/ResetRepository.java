package io.headrace.admin.history;

import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;
import org.springframework.transaction.annotation.Transactional;

/** The resets in the database. */
public interface ResetRepository extends JpaRepository<ResetRow, Long> {

    Optional<ResetRow> findByIdAndGroupKey(Long id, String groupKey);

    List<ResetRow> findByGroupKeyAndIdLessThanOrderByIdDesc(
            String groupKey, Long before, Limit limit);

    @Transactional
    @Modifying
    @Query("update ResetRow r set r.outcome = :outcome where r.id = :id")
    int finish(Long id, String outcome);

    @Transactional
    @Modifying
    @Query("delete from ResetRow r where r.atMs < :before")
    int deleteOlder(long before);
}
