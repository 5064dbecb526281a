package io.headrace.admin.forward;

import io.headrace.admin.audit.Caller;
import io.headrace.admin.controller.Controller;
import io.headrace.admin.envelope.V3ErrorWriter;
import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.envelope.V3Links;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.ServiceRegistration;
import io.headrace.model.coordination.ClusterWatch;
import io.headrace.model.error.ErrorCode;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/**
 * Forwards a change of topics, brokers or the balance to the controller when this instance is not
 * it, and passes the answer on.
 *
 * <p>A request is forwarded once: one that arrives with {@link #FORWARDED_BY} at an instance that
 * is not the controller is refused as NOT_CONTROLLER. The header counts only when it names a live
 * admin-service; then the original address and base URL are taken from its companions.
 *
 * <p>A controller that takes no connection has not had the change: it may be dead and not yet
 * replaced, so the next controller is waited for, which may be this instance.
 *
 * <p>Bounds: waits {@link Limits#electionWait} for a controller that takes the change, {@link
 * Limits#timeout} for its answer; bodies are bounded by the filter before.
 */
public final class ForwardFilter extends OncePerRequestFilter {

    /** Id of the admin-service that forwarded. */
    public static final String FORWARDED_BY = "Headrace-Forwarded-By";

    static final String ORIGINAL_BASE = "Headrace-Original-Base";
    static final String ORIGINAL_ADDRESS = "Headrace-Original-Address";

    private static final Set<String> CHANGING = Set.of("POST", "PUT", "PATCH", "DELETE");
    private static final Pattern OF_CONTROLLER =
            Pattern.compile("(/kafka)?/v3/clusters/[^/]+/(topics|brokers|balance)(/.*)?");
    private static final Pattern OF_CATALOG = Pattern.compile(".*/topics/[^/]+/catalog/?");
    private static final int NO_EPOCH = 0;

    /** An instance takes office a moment after its own image says so, which nothing announces. */
    private static final Duration LOOK = Duration.ofMillis(20);

    private static final List<String> PASSED_ON =
            List.of("Content-Type", "Accept", "Authorization", "User-Agent");

    private final String adminId;
    private final Controller controller;
    private final ClusterWatch watch;
    private final HttpClient http;
    private final V3ErrorWriter errors;
    private final Limits limits;

    /**
     * @param electionWait for a controller to be there
     * @param timeout for its answer
     */
    public record Limits(Duration electionWait, Duration timeout) {}

    public ForwardFilter(
            String adminId,
            Controller controller,
            ClusterWatch watch,
            HttpClient http,
            V3ErrorWriter errors,
            Limits limits) {
        this.adminId = adminId;
        this.controller = controller;
        this.watch = watch;
        this.http = http;
        this.errors = errors;
        this.limits = limits;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        String path = request.getRequestURI();
        return !CHANGING.contains(request.getMethod())
                || !OF_CONTROLLER.matcher(path).matches()
                || OF_CATALOG.matcher(path).matches();
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        boolean isForwarded = isForwarded(request);
        if (isForwarded) {
            take(request, ORIGINAL_BASE, V3Links.BASE_ATTRIBUTE);
            take(request, ORIGINAL_ADDRESS, Caller.REMOTE_ADDRESS_ATTRIBUTE);
        }
        HttpServletRequest own = request;
        if (!controller.isActive() && !isForwarded) {
            ReadRequest read = new ReadRequest(request);
            own = read;
            if (isForwarded(read, response)) {
                return;
            }
        }
        if (controller.isActive()) {
            chain.doFilter(own, response);
        } else {
            errors.write(
                    request,
                    response,
                    V3Exception.of(
                            ErrorCode.NOT_CONTROLLER,
                            "there is no controller at the moment that can be reached; nothing was changed, try again"));
        }
    }

    /** False when the change is for this instance, or for nobody. */
    private boolean isForwarded(ReadRequest request, HttpServletResponse response)
            throws IOException {
        long deadlineNs = System.nanoTime() + limits.electionWait().toNanos();
        int epochPassedOver = NO_EPOCH;
        while (true) {
            ClusterImage image = awaitController(epochPassedOver, deadlineNs);
            Optional<ServiceRegistration> target = elsewhere(image, epochPassedOver);
            if (controller.isActive() || target.isEmpty()) {
                return false;
            }
            if (forward(target.get(), request, response)) {
                return true;
            }
            epochPassedOver = image.controllerEpoch();
        }
    }

    private boolean isForwarded(HttpServletRequest request) {
        String by = request.getHeader(FORWARDED_BY);
        return by != null && watch.image().admins().containsKey(by);
    }

    private static void take(HttpServletRequest request, String header, String attribute) {
        String value = request.getHeader(header);
        if (value != null) {
            request.setAttribute(attribute, value);
        }
    }

    /** Waits until there is a controller of a later epoch, here or elsewhere, or no more time. */
    private ClusterImage awaitController(int epochPassedOver, long deadlineNs) {
        while (!Thread.currentThread().isInterrupted()) {
            long leftNs = deadlineNs - System.nanoTime();
            try {
                return watch.await(
                        now -> controller.isActive() || elsewhere(now, epochPassedOver).isPresent(),
                        Duration.ofNanos(Math.clamp(leftNs, 0, LOOK.toNanos())));
            } catch (TimeoutException e) {
                if (leftNs <= 0) {
                    break;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return watch.image();
    }

    private Optional<ServiceRegistration> elsewhere(ClusterImage image, int epochPassedOver) {
        return image.controllerEpoch() <= epochPassedOver
                ? Optional.empty()
                : image.controllerId()
                        .filter(id -> !id.equals(adminId))
                        .flatMap(id -> Optional.ofNullable(image.admins().get(id)));
    }

    /** False when it takes no connection; else the answer is written. */
    private boolean forward(
            ServiceRegistration target, ReadRequest request, HttpServletResponse response)
            throws IOException {
        Optional<URI> uri = sameAt(target, request);
        if (uri.isEmpty()) {
            errors.write(
                    request,
                    response,
                    V3Exception.badRequest("the path or the query is not a valid URI"));
            return true;
        }
        HttpRequest.Builder forwarded =
                HttpRequest.newBuilder(uri.get())
                        .timeout(limits.timeout())
                        .header(FORWARDED_BY, adminId)
                        .header(
                                ORIGINAL_BASE,
                                ServletUriComponentsBuilder.fromContextPath(request).toUriString())
                        .header(ORIGINAL_ADDRESS, request.getRemoteAddr())
                        .method(
                                request.getMethod(),
                                HttpRequest.BodyPublishers.ofByteArray(request.body()));
        PASSED_ON.forEach(
                name -> {
                    String value = request.getHeader(name);
                    if (value != null) {
                        forwarded.header(name, value);
                    }
                });
        try {
            HttpResponse<byte[]> answer =
                    http.send(forwarded.build(), HttpResponse.BodyHandlers.ofByteArray());
            response.setStatus(answer.statusCode());
            copy(answer, response, HttpHeaders.CONTENT_TYPE);
            copy(answer, response, HttpHeaders.LOCATION);
            copy(answer, response, HttpHeaders.ALLOW);
            copy(answer, response, HttpHeaders.RETRY_AFTER);
            response.getOutputStream().write(answer.body());
        } catch (ConnectException | HttpConnectTimeoutException e) {
            return false;
        } catch (IOException e) {
            errors.write(request, response, unanswered());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            errors.write(request, response, unanswered());
        }
        return true;
    }

    private static Optional<URI> sameAt(ServiceRegistration target, HttpServletRequest request) {
        String query = request.getQueryString();
        try {
            return Optional.of(
                    new URI(
                            target.url()
                                    + request.getRequestURI()
                                    + (query == null ? "" : "?" + query)));
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    private static V3Exception unanswered() {
        return V3Exception.of(
                ErrorCode.REQUEST_TIMED_OUT,
                "the controller did not answer; look whether the change was made before trying again");
    }

    private static void copy(HttpResponse<byte[]> from, HttpServletResponse to, String name) {
        from.headers()
                .firstValue(name.toLowerCase(Locale.ROOT))
                .ifPresent(value -> to.setHeader(name, value));
    }
}
