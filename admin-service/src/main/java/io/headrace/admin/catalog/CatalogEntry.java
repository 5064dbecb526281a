package io.headrace.admin.catalog;

import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.MapKeyColumn;
import jakarta.persistence.PostLoad;
import jakarta.persistence.PostPersist;
import jakarta.persistence.Table;
import jakarta.persistence.Transient;
import jakarta.persistence.Version;
import java.util.Map;
import java.util.TreeMap;
import org.hibernate.annotations.BatchSize;
import org.springframework.data.domain.Persistable;

/** What people know about one topic. */
@Entity
@Table(name = "catalog_entry")
public class CatalogEntry implements Persistable<String> {

    @Id private String topicId;
    private String topicName;
    private String owner = "";
    private String description = "";
    private long updatedAtMs;
    private String updatedBy = "";
    @Version private long version;

    @ElementCollection(fetch = FetchType.EAGER)
    @CollectionTable(name = "catalog_label", joinColumns = @JoinColumn(name = "topic_id"))
    @MapKeyColumn(name = "label_key")
    @Column(name = "label_value")
    @BatchSize(size = 200)
    private Map<String, String> labels = new TreeMap<>();

    @Transient private boolean isNew;

    @SuppressWarnings("NullAway.Init")
    protected CatalogEntry() {}

    public CatalogEntry(String topicId, String topicName) {
        this.topicId = topicId;
        this.topicName = topicName;
        this.isNew = true;
    }

    void say(CatalogText text, long atMs, String who) {
        owner = text.owner();
        description = text.description();
        labels.clear();
        labels.putAll(text.labels());
        updatedAtMs = atMs;
        updatedBy = who;
    }

    public CatalogText text() {
        return new CatalogText(owner, description, labels);
    }

    @Override
    public String getId() {
        return topicId;
    }

    public String topicName() {
        return topicName;
    }

    public long updatedAtMs() {
        return updatedAtMs;
    }

    public String updatedBy() {
        return updatedBy;
    }

    @Override
    public boolean isNew() {
        return isNew;
    }

    @PostLoad
    @PostPersist
    void stored() {
        isNew = false;
    }
}
