package io.headrace.admin.history;

import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import org.jspecify.annotations.Nullable;

/** One change of a group's offsets, as it is kept. */
@Entity
@Table(name = "offset_reset")
public class ResetRow {

    @Id
    @GeneratedValue(strategy = GenerationType.IDENTITY)
    private @Nullable Long id;

    private long atMs;
    private String groupKey;
    private String principal;
    private String remoteAddress;
    private String action;
    private String request;
    private String outcome;
    private @Nullable Long undoOf;
    private String moves;

    @SuppressWarnings("NullAway.Init")
    protected ResetRow() {}

    /**
     * @param moves as JSON
     */
    ResetRow(long atMs, NewReset reset, String outcome, String moves) {
        this.atMs = atMs;
        this.groupKey = GroupKey.of(reset.group());
        this.principal = cut(reset.caller().principal(), 255);
        this.remoteAddress = cut(reset.caller().remoteAddress(), 255);
        this.action = reset.action();
        this.request = cut(reset.request(), 10_000);
        this.outcome = outcome;
        this.undoOf = reset.undoOf().orElse(null);
        this.moves = moves;
    }

    private static String cut(String text, int lengthMax) {
        String clean = text.replace('\0', '\uFFFD');
        return clean.length() <= lengthMax ? clean : clean.substring(0, lengthMax - 1) + "…";
    }

    void become(String newOutcome) {
        outcome = newOutcome;
    }

    long id() {
        return id == null ? 0 : id;
    }

    long atMs() {
        return atMs;
    }

    String groupKey() {
        return groupKey;
    }

    String principal() {
        return principal;
    }

    String remoteAddress() {
        return remoteAddress;
    }

    String action() {
        return action;
    }

    String request() {
        return request;
    }

    String outcome() {
        return outcome;
    }

    @Nullable Long undoOf() {
        return undoOf;
    }

    String moves() {
        return moves;
    }
}
