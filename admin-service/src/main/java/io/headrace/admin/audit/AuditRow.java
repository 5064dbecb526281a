package io.headrace.admin.audit;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/** One change that somebody asked for, as it is kept. */
@Entity
@Table(name = "audit")
public class AuditRow {

    private static final int STATE_LENGTH_MAX = 100_000;
    private static final int MESSAGE_LENGTH_MAX = 2_000;
    private static final int NAME_LENGTH_MAX = 255;

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private @Nullable Long id;

    private long atMs;
    private String principal;
    private String remoteAddress;
    private String action;
    private String resourceType;
    private String resourceName;
    private String request;

    @Column(name = "before_state")
    private @Nullable String before;

    @Column(name = "after_state")
    private @Nullable String after;

    private String result;
    private String message;
    private boolean validateOnly;
    private int controllerEpoch;
    private String adminId;

    @SuppressWarnings("NullAway.Init")
    protected AuditRow() {}

    /** Texts that are longer than their columns are cut. */
    public AuditRow(
            long atMs, Caller caller, AuditedChange change, AuditedResult result, String adminId) {
        this.atMs = atMs;
        this.principal = cut(caller.principal(), NAME_LENGTH_MAX);
        this.remoteAddress = cut(caller.remoteAddress(), NAME_LENGTH_MAX);
        this.action = change.action();
        this.resourceType = change.resourceType();
        this.resourceName = cut(change.resourceName(), NAME_LENGTH_MAX);
        this.request = cut(change.request(), STATE_LENGTH_MAX);
        this.before = result.before().map(state -> cut(state, STATE_LENGTH_MAX)).orElse(null);
        this.after = result.after().map(state -> cut(state, STATE_LENGTH_MAX)).orElse(null);
        this.result = result.result();
        this.message = cut(result.message(), MESSAGE_LENGTH_MAX);
        this.validateOnly = change.validateOnly();
        this.controllerEpoch = result.controllerEpoch();
        this.adminId = cut(adminId, NAME_LENGTH_MAX);
    }

    private static String cut(String text, int lengthMax) {
        String clean = text.indexOf('\0') < 0 ? text : text.replace('\0', '\uFFFD');
        return clean.length() <= lengthMax ? clean : clean.substring(0, lengthMax - 1) + "…";
    }

    public long id() {
        return id == null ? 0 : id;
    }

    public long atMs() {
        return atMs;
    }

    public String principal() {
        return principal;
    }

    public String remoteAddress() {
        return remoteAddress;
    }

    public String action() {
        return action;
    }

    public String resourceType() {
        return resourceType;
    }

    public String resourceName() {
        return resourceName;
    }

    public String request() {
        return request;
    }

    public @Nullable String before() {
        return before;
    }

    public @Nullable String after() {
        return after;
    }

    public String result() {
        return result;
    }

    public String message() {
        return message;
    }

    public boolean isValidateOnly() {
        return validateOnly;
    }

    public int controllerEpoch() {
        return controllerEpoch;
    }

    public String adminId() {
        return adminId;
    }

    @Override
    public String toString() {
        return "at_ms=%d principal=%s remote_address=%s action=%s resource=%s/%s request=%s before=%s after=%s result=%s message=%s validate_only=%s controller_epoch=%d admin_id=%s"
                .formatted(
                        atMs,
                        principal,
                        remoteAddress,
                        action,
                        resourceType,
                        resourceName,
                        request,
                        before,
                        after,
                        result,
                        message,
                        validateOnly,
                        controllerEpoch,
                        adminId);
    }
}
