package io.headrace.gateway.http;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The address that leads a client back, for links in answers: the configured one, else that through
 * which it came, which is {@code Forwarded} first, then {@code X-Forwarded-Proto}, {@code -Host},
 * {@code -Port} and {@code -Prefix} or {@code -Path}, then {@code Host}. The answer goes to who
 * sent these headers, so they need not be trusted.
 */
public final class ClientUrl {

    /** What a request says of the way it took. */
    record Seen(Headers headers, String path, String scheme, String authority) {

        interface Headers {
            @Nullable String get(String name);
        }

        private @Nullable String header(String name) {
            return headers.get(name);
        }
    }

    private final String configured;

    /**
     * @param configured for all clients; empty for none
     */
    public ClientUrl(String configured) {
        this.configured =
                configured.endsWith("/")
                        ? configured.substring(0, configured.length() - 1)
                        : configured;
    }

    /** For example {@code http://gateway.example:8080}, without a trailing slash. */
    public String base(Call call) {
        return base(
                new Seen(
                        call::header,
                        "/" + call.request().path(),
                        call.request().scheme(),
                        call.request().hostName() + ":" + call.request().hostPort()));
    }

    String base(Seen seen) {
        if (!configured.isEmpty()) {
            return configured;
        }
        String forwarded = seen.header("Forwarded");
        String scheme = parameter(forwarded, "proto");
        String host = parameter(forwarded, "host");
        if (scheme == null) {
            scheme = first(seen.header("X-Forwarded-Proto"));
        }
        if (host == null) {
            host = first(seen.header("X-Forwarded-Host"));
            String port = first(seen.header("X-Forwarded-Port"));
            if (host != null && port != null && isNumber(port) && !hasPort(host)) {
                host = host + ":" + port;
            }
        }
        if (host == null) {
            host = seen.header("Host");
        }
        if (host == null || !isAuthority(host)) {
            host = seen.authority();
        }
        if (scheme == null || !(scheme.equals("http") || scheme.equals("https"))) {
            scheme = seen.scheme();
        }
        return scheme + "://" + host + prefix(seen);
    }

    /** What stands before the path here in the client's; a path may come whole, too. */
    private static String prefix(Seen seen) {
        String prefix = first(seen.header("X-Forwarded-Prefix"));
        if (prefix == null) {
            prefix = first(seen.header("X-Forwarded-Path"));
            if (prefix != null && prefix.endsWith(seen.path())) {
                prefix = prefix.substring(0, prefix.length() - seen.path().length());
            }
        }
        if (prefix == null || !prefix.matches("(/[A-Za-z0-9._~%-]+){0,16}/?")) {
            return "";
        }
        return prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
    }

    /** One path segment, percent-encoded. */
    public static String segment(String text) {
        StringBuilder url = new StringBuilder(text.length() + 16);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean isPlain =
                    (c >= 'a' && c <= 'z')
                            || (c >= 'A' && c <= 'Z')
                            || (c >= '0' && c <= '9')
                            || "-._~".indexOf(c) >= 0;
            if (isPlain) {
                url.append(c);
            } else {
                url.append('%')
                        .append(Character.toUpperCase(Character.forDigit(c >> 4, 16)))
                        .append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
            }
        }
        return url.toString();
    }

    /** Of the first hop in a {@code Forwarded} header (RFC 7239). */
    private static @Nullable String parameter(@Nullable String forwarded, String name) {
        String hop = first(forwarded);
        if (hop == null) {
            return null;
        }
        for (String pair : hop.split(";", 8)) {
            int equals = pair.indexOf('=');
            if (equals > 0
                    && pair.substring(0, equals).trim().toLowerCase(Locale.ROOT).equals(name)) {
                return pair.substring(equals + 1).trim().replace("\"", "");
            }
        }
        return null;
    }

    private static @Nullable String first(@Nullable String list) {
        if (list == null || list.isBlank()) {
            return null;
        }
        int comma = list.indexOf(',');
        return (comma < 0 ? list : list.substring(0, comma)).trim();
    }

    private static boolean isNumber(String text) {
        return text.matches("[0-9]{1,5}");
    }

    private static boolean hasPort(String host) {
        return host.matches(".*:[0-9]+");
    }

    private static boolean isAuthority(String host) {
        return host.matches("[A-Za-z0-9._~-]+(:[0-9]{1,5})?|\\[[0-9A-Fa-f:.]+](:[0-9]{1,5})?");
    }
}
