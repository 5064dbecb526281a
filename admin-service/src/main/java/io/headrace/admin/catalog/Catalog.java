package io.headrace.admin.catalog;

import io.headrace.admin.audit.AuditLog;
import io.headrace.admin.audit.AuditedChange;
import io.headrace.admin.audit.AuditedResult;
import io.headrace.admin.audit.Caller;
import io.headrace.admin.envelope.V3Exception;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.data.domain.Sort;
import org.springframework.transaction.TransactionException;
import tools.jackson.databind.ObjectMapper;

/** Reads and changes the catalog; every change goes to the audit log. */
public class Catalog {

    private static final int ATTEMPT_COUNT_MAX = 5;
    private static final int CHUNK_COUNT_MAX = 20;

    private final CatalogRepository entries;
    private final Supplier<ClusterImage> images;
    private final AuditLog audit;
    private final Clock clock;
    private final ObjectMapper json;

    public Catalog(
            CatalogRepository entries,
            Supplier<ClusterImage> images,
            AuditLog audit,
            Clock clock,
            ObjectMapper json) {
        this.entries = entries;
        this.images = images;
        this.audit = audit;
        this.clock = clock;
        this.json = json;
    }

    /** An existing topic with its entry, if it has one. */
    public record Found(TopicImage topic, Optional<CatalogEntry> entry) {}

    /** One page of found entries, and where the next one starts. */
    public record FoundPage(List<CatalogEntry> entries, Optional<String> next) {}

    Found find(String topicName) {
        TopicImage topic = topic(topicName);
        return new Found(topic, available(() -> entries.findById(topic.id().toString())));
    }

    /**
     * Replaces what the entry says, or decides only.
     *
     * @param change from what it says to what it shall say
     */
    CatalogText change(
            String topicName,
            UnaryOperator<CatalogText> change,
            AuditedChange audited,
            Caller caller) {
        return audited(
                        caller,
                        audited,
                        () -> {
                            Found found = find(topicName);
                            CatalogText before = text(found);
                            CatalogText after = change.apply(before);
                            after.check();
                            if (!audited.validateOnly()) {
                                save(found.topic(), change, caller);
                            }
                            return new Changed(
                                    found.entry().map(CatalogEntry::text), Optional.of(after));
                        })
                .orElse(CatalogText.EMPTY);
    }

    void delete(String topicName, AuditedChange audited, Caller caller) {
        var _ =
                audited(
                        caller,
                        audited,
                        () -> {
                            Found found = find(topicName);
                            if (!audited.validateOnly()) {
                                found.entry().ifPresent(e -> available(() -> remove(e)));
                            }
                            return new Changed(
                                    found.entry().map(CatalogEntry::text), Optional.empty());
                        });
    }

    /** Entries of topics that exist, by topic name. */
    FoundPage search(CatalogSearch search, int pageSize) {
        ClusterImage image = images.get();
        List<CatalogEntry> found = new ArrayList<>();
        CatalogSearch rest = search;
        for (int chunk = 0; chunk < CHUNK_COUNT_MAX; chunk++) {
            CatalogSearch from = rest;
            List<CatalogEntry> rows =
                    available(
                            () ->
                                    entries.findBy(
                                            from,
                                            q ->
                                                    q.sortBy(Sort.by("topicName", "topicId"))
                                                            .limit(pageSize + 1)
                                                            .all()));
            for (CatalogEntry row : rows) {
                if (isOfLiveTopic(row, image) && found.size() <= pageSize) {
                    found.add(row);
                }
            }
            if (rows.size() <= pageSize || found.size() > pageSize) {
                break;
            }
            rest =
                    new CatalogSearch(
                            search.text(),
                            search.labels(),
                            search.owner(),
                            Optional.of(rows.getLast().topicName()));
        }
        boolean hasMore = found.size() > pageSize;
        List<CatalogEntry> page = hasMore ? found.subList(0, pageSize) : found;
        return new FoundPage(
                page, hasMore ? Optional.of(page.getLast().topicName()) : Optional.empty());
    }

    private static boolean isOfLiveTopic(CatalogEntry row, ClusterImage image) {
        return image.topic(row.topicName())
                .map(topic -> topic.id().toString().equals(row.getId()))
                .orElse(false);
    }

    private void save(TopicImage topic, UnaryOperator<CatalogText> change, Caller caller) {
        for (int attempt = 1; ; attempt++) {
            try {
                CatalogEntry entry =
                        entries.findById(topic.id().toString())
                                .orElseGet(
                                        () ->
                                                new CatalogEntry(
                                                        topic.id().toString(), topic.name()));
                entry.say(change.apply(entry.text()), clock.millis(), caller.principal());
                entries.save(entry);
                return;
            } catch (OptimisticLockingFailureException | DataIntegrityViolationException e) {
                if (attempt == ATTEMPT_COUNT_MAX) {
                    throw V3Exception.of(
                            ErrorCode.REQUEST_TIMED_OUT,
                            "others change the same catalog entry; try again");
                }
            }
        }
    }

    private boolean remove(CatalogEntry entry) {
        entries.deleteById(entry.getId());
        return true;
    }

    private record Changed(Optional<CatalogText> before, Optional<CatalogText> after) {}

    private Optional<CatalogText> audited(
            Caller caller, AuditedChange change, Supplier<Changed> work) {
        try {
            Changed changed = available(work);
            audit.append(
                    caller,
                    change,
                    AuditedResult.ok(
                            changed.before().map(json::writeValueAsString),
                            changed.after().map(json::writeValueAsString),
                            0));
            return changed.after();
        } catch (V3Exception e) {
            audit.append(caller, change, AuditedResult.refused(e.code(), e.message()));
            throw e;
        }
    }

    private static <T> T available(Supplier<T> work) {
        try {
            return work.get();
        } catch (DataAccessException | TransactionException e) {
            throw V3Exception.of(
                    ErrorCode.OVERLOADED,
                    "the catalog's database does not answer; topics are not affected, try again later");
        }
    }

    private TopicImage topic(String name) {
        return images.get()
                .topic(name)
                .orElseThrow(
                        () ->
                                V3Exception.of(
                                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                                        "there is no topic '" + name + "'"));
    }

    private static CatalogText text(Found found) {
        return found.entry().map(CatalogEntry::text).orElse(CatalogText.EMPTY);
    }
}
