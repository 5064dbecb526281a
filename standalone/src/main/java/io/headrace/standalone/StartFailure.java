package io.headrace.standalone;

/**
 * The platform cannot start: one sentence for the person who started it, with the fix, and the exit
 * code of the process.
 *
 * <pre>
 * 1  anything else; the server log says more
 * 2  wrong command line
 * 3  a port is taken
 * 4  the data folder cannot be written
 * 5  the data folder is in use by another process
 * 6  the data belongs to another cluster
 * 7  the disk is nearly full
 * </pre>
 */
final class StartFailure extends Exception {

    private static final long serialVersionUID = 1;

    static final int OTHER = 1;
    static final int USAGE = 2;
    static final int PORT_TAKEN = 3;
    static final int NOT_WRITABLE = 4;
    static final int IN_USE = 5;
    static final int WRONG_CLUSTER = 6;
    static final int DISK_FULL = 7;

    private final int exitCode;

    StartFailure(int exitCode, String sentence) {
        super(sentence);
        this.exitCode = exitCode;
    }

    StartFailure(int exitCode, String sentence, Throwable cause) {
        super(sentence, cause);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
