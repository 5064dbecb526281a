package io.headrace.standalone;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Asks a service over HTTP whether it is ready, as a load balancer would. */
final class Readiness {

    private static final Duration PAUSE = Duration.ofMillis(15);
    private static final int CALL_MS_MAX = 2_000;

    private Readiness() {}

    /**
     * Waits until the probe says 200.
     *
     * @param probe {@code readiness}, or {@code liveness} of a service that is ready only with
     *     others
     * @return whether it did within the wait
     */
    static boolean await(String serviceUrl, String probe, Duration wait) {
        URI readiness = URI.create(serviceUrl + "/actuator/health/" + probe);
        long deadlineNs = System.nanoTime() + wait.toNanos();
        while (status(readiness) != HttpURLConnection.HTTP_OK) {
            if (System.nanoTime() - deadlineNs > 0 || Thread.currentThread().isInterrupted()) {
                return false;
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        return true;
    }

    /** HTTP status, or 0 while nothing answers. */
    private static int status(URI uri) {
        try {
            HttpURLConnection call = (HttpURLConnection) uri.toURL().openConnection();
            call.setConnectTimeout(CALL_MS_MAX);
            call.setReadTimeout(CALL_MS_MAX);
            try {
                return call.getResponseCode();
            } finally {
                call.disconnect();
            }
        } catch (IOException e) {
            return 0; // not listening yet
        }
    }
}
