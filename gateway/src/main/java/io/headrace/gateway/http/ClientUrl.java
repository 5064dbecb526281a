package io.headrace.gateway.http;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The address through which the client came, for links that lead it back: {@code Forwarded} first,
 * then {@code X-Forwarded-Proto}, {@code -Host}, {@code -Port} and {@code -Prefix}, then {@code
 * Host}. The answer goes to who sent these headers, so they need not be trusted.
 */
public final class ClientUrl {

    private ClientUrl() {}

    /** For example {@code http://gateway.example:8080}, without a trailing slash. */
    public static String base(Call call) {
        String forwarded = call.header("Forwarded");
        String scheme = parameter(forwarded, "proto");
        String host = parameter(forwarded, "host");
        if (scheme == null) {
            scheme = first(call.header("X-Forwarded-Proto"));
        }
        if (host == null) {
            host = first(call.header("X-Forwarded-Host"));
            String port = first(call.header("X-Forwarded-Port"));
            if (host != null && port != null && isNumber(port) && !hasPort(host)) {
                host = host + ":" + port;
            }
        }
        if (host == null) {
            host = call.header("Host");
        }
        if (host == null || !isAuthority(host)) {
            host = call.request().hostName() + ":" + call.request().hostPort();
        }
        if (scheme == null || !(scheme.equals("http") || scheme.equals("https"))) {
            scheme = call.request().scheme();
        }
        return scheme + "://" + host + prefix(call);
    }

    private static String prefix(Call call) {
        String prefix = first(call.header("X-Forwarded-Prefix"));
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
