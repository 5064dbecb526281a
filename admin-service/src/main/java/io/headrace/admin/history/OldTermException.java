package io.headrace.admin.history;

/** A newer controller has taken office in the database; nothing was written. */
final class OldTermException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    OldTermException(int epoch, int newest) {
        super("controller epoch " + epoch + " is over, " + newest + " has taken office");
    }
}
