package io.headrace.admin.audit;

import io.headrace.admin.envelope.Paging;
import io.headrace.admin.envelope.V3Clusters;
import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3List;
import jakarta.persistence.criteria.CriteriaBuilder;
import jakarta.persistence.criteria.Predicate;
import jakarta.persistence.criteria.Root;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Sort;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Reads the audit log, newest first. */
@RestController
@RequestMapping({"/v3/clusters/{clusterId}/audit", "/kafka/v3/clusters/{clusterId}/audit"})
public class AuditResource {

    private final AuditRepository rows;
    private final V3Clusters clusters;

    public AuditResource(AuditRepository rows, V3Clusters clusters) {
        this.rows = rows;
        this.clusters = clusters;
    }

    /** What to look for; absent means any. */
    private record Filter(
            Optional<String> action,
            Optional<String> resource,
            Optional<String> principal,
            Optional<Long> fromMs,
            Optional<Long> toMs,
            Optional<Long> beforeId) {

        Predicate[] predicates(Root<AuditRow> row, CriteriaBuilder build) {
            List<Predicate> all = new ArrayList<>();
            action.ifPresent(v -> all.add(build.equal(row.get("action"), v)));
            resource.ifPresent(v -> all.add(build.equal(row.get("resourceName"), v)));
            principal.ifPresent(
                    v ->
                            all.add(
                                    build.or(
                                            build.equal(row.get("principal"), v),
                                            build.equal(row.get("remoteAddress"), v))));
            fromMs.ifPresent(v -> all.add(build.greaterThanOrEqualTo(row.get("atMs"), v)));
            toMs.ifPresent(v -> all.add(build.lessThan(row.get("atMs"), v)));
            beforeId.ifPresent(v -> all.add(build.lessThan(row.get("id"), v)));
            return all.toArray(Predicate[]::new);
        }
    }

    /**
     * @param from inclusive, ISO-8601 or milliseconds
     * @param to exclusive, ISO-8601 or milliseconds
     * @param pageToken from the {@code next} link: rows older than this id
     */
    @GetMapping
    V3List<AuditView> list(
            @PathVariable String clusterId,
            @RequestParam Optional<String> action,
            @RequestParam Optional<String> resource,
            @RequestParam Optional<String> principal,
            @RequestParam Optional<String> from,
            @RequestParam Optional<String> to,
            @RequestParam(name = "page_size", defaultValue = "100") int pageSize,
            @RequestParam(name = "page_token") Optional<String> pageToken,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        Paging.check(pageSize);
        Filter filter =
                new Filter(
                        action,
                        resource,
                        principal,
                        from.map(text -> millis("from", text)),
                        to.map(text -> millis("to", text)),
                        pageToken.map(AuditResource::id));
        List<AuditRow> found =
                rows.findBy(
                        (row, query, build) -> build.and(filter.predicates(row, build)),
                        query ->
                                query.sortBy(Sort.by(Sort.Direction.DESC, "id"))
                                        .limit(pageSize + 1)
                                        .all());
        boolean hasMore = found.size() > pageSize;
        List<AuditRow> page = hasMore ? found.subList(0, pageSize) : found;
        String self = links.url("audit");
        Optional<String> next =
                hasMore ? Optional.of(Long.toString(page.getLast().id())) : Optional.empty();
        return V3List.page(
                "HeadraceAuditRecordList",
                self,
                V3Links.next(request, self, next),
                page.stream()
                        .map(row -> AuditView.of(row, links.metadata(self, "audit", row.id())))
                        .toList());
    }

    private static long id(String token) {
        try {
            return Long.parseLong(token);
        } catch (NumberFormatException e) {
            throw V3Exception.badRequest("page_token must be one that a 'next' link holds");
        }
    }

    private static long millis(String name, String text) {
        try {
            return text.matches("\\d{1,15}")
                    ? Long.parseLong(text)
                    : Instant.parse(text).toEpochMilli();
        } catch (DateTimeParseException e) {
            throw V3Exception.badRequest(
                    "'" + name + "' must be a time like 2026-01-31T12:00:00Z or milliseconds");
        }
    }
}
