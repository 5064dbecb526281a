package io.headrace.admin.envelope;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;
import org.springframework.web.util.UriUtils;

/**
 * Builds the absolute URLs and the resource names of one request's answer.
 *
 * <p>Scheme, host and port are those of the request; {@code Forwarded} and {@code X-Forwarded-*}
 * count only where {@code server.forward-headers-strategy} makes the server apply them. Links stay
 * below the prefix that the caller used, {@code /v3} or {@code /kafka/v3}.
 */
public final class V3Links {

    /** Set by the forward filter when another admin-service forwarded the request. */
    public static final String BASE_ATTRIBUTE = V3Links.class.getName() + ".base";

    private final String base;
    private final String clusterId;

    private V3Links(String base, String clusterId) {
        this.base = base;
        this.clusterId = clusterId;
    }

    public static V3Links of(HttpServletRequest request, String clusterId) {
        return new V3Links(base(request), clusterId);
    }

    /** For example {@code http://127.0.0.1:8081/v3}. */
    public static String base(HttpServletRequest request) {
        String prefix = request.getRequestURI().startsWith("/kafka/") ? "/kafka/v3" : "/v3";
        Object forwardedBase = request.getAttribute(BASE_ATTRIBUTE);
        String root =
                forwardedBase instanceof String text
                        ? text
                        : ServletUriComponentsBuilder.fromContextPath(request).toUriString();
        return root + prefix;
    }

    public String clusterId() {
        return clusterId;
    }

    /** URL of a resource below the cluster; every part is encoded as one path segment. */
    public String url(Object... parts) {
        StringBuilder url = new StringBuilder(base).append("/clusters/").append(encode(clusterId));
        for (Object part : parts) {
            url.append('/').append(encode(part.toString()));
        }
        return url.toString();
    }

    public String clustersUrl() {
        return base + "/clusters";
    }

    public V3Link link(Object... parts) {
        return new V3Link(url(parts));
    }

    /**
     * @param names pairs of type and name: {@code "topic", "orders", "partition", 0}
     */
    public String resourceName(Object... names) {
        List<String> parts = new ArrayList<>();
        parts.add("crn:///kafka=" + clusterId);
        for (int i = 0; i + 1 < names.length; i += 2) {
            parts.add(names[i] + "=" + names[i + 1]);
        }
        return String.join("/", parts);
    }

    public V3Metadata metadata(String self, Object... names) {
        return new V3Metadata(self, resourceName(names));
    }

    /** The page after this one: the request's own URL with another token. */
    public static Optional<String> next(
            HttpServletRequest request, String self, Optional<String> token) {
        return token.map(
                value -> {
                    StringBuilder url = new StringBuilder(self).append("?page_token=");
                    url.append(encode(value));
                    request.getParameterMap()
                            .forEach(
                                    (name, values) -> {
                                        if (!name.equals("page_token")) {
                                            for (String each : values) {
                                                url.append('&')
                                                        .append(encode(name))
                                                        .append('=')
                                                        .append(encode(each));
                                            }
                                        }
                                    });
                    return url.toString();
                });
    }

    /** Also the dots of a name that a URL would take for a folder. */
    private static String encode(String text) {
        return text.equals(".") || text.equals("..")
                ? text.replace(".", "%2E")
                : UriUtils.encode(text, java.nio.charset.StandardCharsets.UTF_8);
    }
}
