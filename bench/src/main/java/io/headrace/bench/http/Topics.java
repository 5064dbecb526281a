package io.headrace.bench.http;

/** Names of topics that a running platform does not have from an earlier bench. */
final class Topics {

    private Topics() {}

    static String unused(String prefix) {
        return prefix + "-" + Long.toString(System.currentTimeMillis(), 36);
    }
}
