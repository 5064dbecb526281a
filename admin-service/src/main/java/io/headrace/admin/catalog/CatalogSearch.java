package io.headrace.admin.catalog;

import jakarta.persistence.criteria.CriteriaBuilder;
import jakarta.persistence.criteria.CriteriaQuery;
import jakarta.persistence.criteria.Expression;
import jakarta.persistence.criteria.MapJoin;
import jakarta.persistence.criteria.Predicate;
import jakarta.persistence.criteria.Root;
import jakarta.persistence.criteria.Subquery;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.data.jpa.domain.Specification;

/**
 * What to look for in the catalog; all of it must match.
 *
 * @param text part of the name, owner, description or a label value, whatever the case
 * @param labels each key with its exact value
 * @param owner exact
 * @param after topic name after which the page starts
 */
record CatalogSearch(
        Optional<String> text,
        Map<String, String> labels,
        Optional<String> owner,
        Optional<String> after)
        implements Specification<CatalogEntry> {

    private static final long serialVersionUID = 1L;

    @Override
    public Predicate toPredicate(
            Root<CatalogEntry> entry, @Nullable CriteriaQuery<?> query, CriteriaBuilder build) {
        List<Predicate> all = new ArrayList<>();
        owner.ifPresent(v -> all.add(build.equal(entry.get("owner"), v)));
        after.ifPresent(v -> all.add(build.greaterThan(entry.get("topicName"), v)));
        if (query != null) {
            text.ifPresent(v -> all.add(contains(entry, query, build, v)));
            labels.forEach((key, value) -> all.add(hasLabel(entry, query, build, key, value)));
        }
        return build.and(all.toArray(Predicate[]::new));
    }

    private static Predicate contains(
            Root<CatalogEntry> entry, CriteriaQuery<?> query, CriteriaBuilder build, String text) {
        String escaped =
                text.toLowerCase(Locale.ROOT)
                        .replace("\\", "\\\\")
                        .replace("%", "\\%")
                        .replace("_", "\\_");
        String pattern = "%" + escaped + "%";
        Subquery<Integer> label = query.subquery(Integer.class);
        MapJoin<CatalogEntry, String, String> labels = label.correlate(entry).joinMap("labels");
        label.select(build.literal(1)).where(like(build, labels.value(), pattern));
        return build.or(
                like(build, entry.get("topicName"), pattern),
                like(build, entry.get("owner"), pattern),
                like(build, entry.get("description"), pattern),
                build.exists(label));
    }

    private static Predicate like(CriteriaBuilder build, Expression<String> value, String pattern) {
        return build.like(build.lower(value), pattern, '\\');
    }

    private static Predicate hasLabel(
            Root<CatalogEntry> entry,
            CriteriaQuery<?> query,
            CriteriaBuilder build,
            String key,
            String value) {
        Subquery<Integer> label = query.subquery(Integer.class);
        MapJoin<CatalogEntry, String, String> labels = label.correlate(entry).joinMap("labels");
        label.select(build.literal(1))
                .where(build.equal(labels.key(), key), build.equal(labels.value(), value));
        return build.exists(label);
    }
}
