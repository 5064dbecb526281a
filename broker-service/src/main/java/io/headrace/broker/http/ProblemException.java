package io.headrace.broker.http;

import java.io.Serial;

/** Leaves the parsing of a request with the problem to answer; carries no stack trace. */
final class ProblemException extends RuntimeException {

    @Serial private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    ProblemException(Problem problem) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
    }

    Problem problem() {
        return problem;
    }
}
