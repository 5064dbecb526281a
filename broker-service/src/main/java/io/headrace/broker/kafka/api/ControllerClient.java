package io.headrace.broker.kafka.api;

import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.ServiceRegistration;
import io.headrace.model.error.ErrorCode;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * Passes changes that the controller decides on to the admin-service that is the controller, over
 * its REST API; one that is not passes them on itself. One that takes no connection has not had the
 * change, so the next one is asked: it may be the controller that was killed a moment ago.
 *
 * <p>Owner: any thread; answers come on the HTTP client's threads.
 *
 * <p>Bounds: {@value #CALLS_MAX} calls at once, more are refused as OVERLOADED; each has a
 * time-out.
 */
public final class ControllerClient implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ControllerClient.class);
    private static final int CALLS_MAX = 256;
    private static final int TIMEOUT_MS_MIN = 1_000;
    private static final int TIMEOUT_MS_MAX = 120_000;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final String PROBLEM = "application/problem+json";
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    /**
     * What the controller said.
     *
     * @param code NONE when the change was made (or would be, where it was only to be validated)
     * @param text why not; empty when it was
     * @param body the answer's JSON; missing when there is none
     */
    record Answer(ErrorCode code, String text, JsonNode body) {

        boolean isDone() {
            return code == ErrorCode.NONE;
        }
    }

    private static final Answer NEVER_CONNECTED =
            new Answer(
                    ErrorCode.NOT_CONTROLLER,
                    "no admin-service can be reached; nothing was changed, try again",
                    JSON.missingNode());

    private final Supplier<ClusterImage> image;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT_TIMEOUT)
                    .build();
    private final Semaphore calls = new Semaphore(CALLS_MAX);

    public ControllerClient(Supplier<ClusterImage> image) {
        this.image = image;
    }

    /** What a client asks for, within reason. */
    static Duration timeout(int askedMs) {
        return Duration.ofMillis(Math.clamp(askedMs, TIMEOUT_MS_MIN, TIMEOUT_MS_MAX));
    }

    /**
     * As much of an answer as a client waits for: with no time to wait (0 or less, as Kafka has it)
     * what is known at once. The change goes on.
     */
    static CompletableFuture<Answer> within(int askedMs, CompletableFuture<Answer> answer) {
        return askedMs > 0 || answer.isDone()
                ? answer
                : refused(
                        ErrorCode.REQUEST_TIMED_OUT,
                        "the request gave no time to wait; look whether the change was made");
    }

    /** One path segment of a URL. */
    static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /**
     * @param path below the cluster, for example {@code /topics}
     * @param body becomes JSON
     * @return never fails: failures are answers
     */
    CompletableFuture<Answer> call(
            String method, String path, Optional<Object> body, Duration timeout) {
        ClusterImage now = image.get();
        if (now.admins().isEmpty()) {
            return refused(ErrorCode.NOT_CONTROLLER, "no admin-service is alive");
        }
        if (!calls.tryAcquire()) {
            return refused(ErrorCode.OVERLOADED, "too many changes wait for the controller");
        }
        Call call =
                new Call(
                        method,
                        "/v3/clusters/" + segment(now.clusterId()) + path,
                        body.map(JSON::writeValueAsBytes),
                        timeout);
        return ask(call, admins(now).iterator()).whenComplete((answer, failure) -> calls.release());
    }

    /**
     * @param path from the root on
     */
    private record Call(String method, String path, Optional<byte[]> body, Duration timeout) {

        HttpRequest to(ServiceRegistration admin) {
            return HttpRequest.newBuilder(URI.create(admin.url() + path))
                    .timeout(timeout)
                    .header("Accept", PROBLEM)
                    .header("Content-Type", "application/json")
                    .method(
                            method,
                            body.map(BodyPublishers::ofByteArray).orElseGet(BodyPublishers::noBody))
                    .build();
        }
    }

    /** The first of those that are left, and the next one if it takes no connection. */
    private CompletableFuture<Answer> ask(Call call, Iterator<ServiceRegistration> left) {
        return http.sendAsync(call.to(left.next()), BodyHandlers.ofByteArray())
                .handle((response, failure) -> failure == null ? answer(response) : silent(failure))
                .thenCompose(
                        answer ->
                                answer.equals(NEVER_CONNECTED) && left.hasNext()
                                        ? ask(call, left)
                                        : CompletableFuture.completedFuture(answer));
    }

    private static Answer silent(Throwable failure) {
        LOG.atWarn().setCause(failure).log("The admin-service does not answer");
        return isNeverConnected(failure)
                ? NEVER_CONNECTED
                : new Answer(
                        ErrorCode.REQUEST_TIMED_OUT,
                        "the admin-service does not answer; look whether the change was made",
                        JSON.missingNode());
    }

    private static boolean isNeverConnected(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof ConnectException || each instanceof HttpConnectTimeoutException) {
                return true;
            }
        }
        return false;
    }

    /** The controller first. */
    private static List<ServiceRegistration> admins(ClusterImage now) {
        String controller = now.controllerId().orElse("");
        return now.admins().values().stream()
                .sorted(
                        Comparator.comparing(
                                        (ServiceRegistration each) -> !each.id().equals(controller))
                                .thenComparing(ServiceRegistration::id))
                .toList();
    }

    private static CompletableFuture<Answer> refused(ErrorCode code, String text) {
        return CompletableFuture.completedFuture(new Answer(code, text, JSON.missingNode()));
    }

    private static Answer answer(HttpResponse<byte[]> response) {
        JsonNode body;
        try {
            body =
                    response.body().length == 0
                            ? JSON.missingNode()
                            : JSON.readTree(response.body());
        } catch (JacksonException e) {
            LOG.atWarn()
                    .addKeyValue("status", response.statusCode())
                    .log("The admin-service answers with something that is not JSON");
            body = JSON.missingNode();
        }
        if (response.statusCode() / 100 == 2) {
            return new Answer(ErrorCode.NONE, "", body);
        }
        return new Answer(code(body), body.path("detail").asString(""), body);
    }

    private static ErrorCode code(JsonNode problem) {
        String name = problem.path("code").asString("");
        for (ErrorCode code : ErrorCode.values()) {
            if (code.name().equals(name)) {
                return code;
            }
        }
        return ErrorCode.UNKNOWN_SERVER_ERROR;
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
