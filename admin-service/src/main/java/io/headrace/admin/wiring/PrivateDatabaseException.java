package io.headrace.admin.wiring;

import java.util.List;

/** Another instance was there first, and the database cannot be shared with it. */
final class PrivateDatabaseException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    PrivateDatabaseException(List<String> others) {
        super(
                "Another admin-service runs ("
                        + String.join(", ", others)
                        + "), and this one's database is H2, which they cannot share.");
    }
}
