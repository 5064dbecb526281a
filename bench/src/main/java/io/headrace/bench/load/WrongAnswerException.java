package io.headrace.bench.load;

/** A server answered something else than it should have; counted as an error of the run. */
public final class WrongAnswerException extends Exception {

    private static final long serialVersionUID = 1L;

    public WrongAnswerException(String message) {
        super(message, null, false, false);
    }
}
