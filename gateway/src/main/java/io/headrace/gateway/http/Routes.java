package io.headrace.gateway.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The table of routes: methods and endpoints per path pattern. Immutable after building.
 *
 * <p>A pattern is segments, each a word, {@code {}} for any one segment, or a last {@code **} for
 * any rest.
 */
public final class Routes {

    private final List<Route> routes = new ArrayList<>();

    /** What one path answers to. */
    record Route(String name, List<String> pattern, Map<String, Endpoint> methods) {

        boolean matches(List<String> segments) {
            int length = pattern.size();
            boolean isPrefix = length > 0 && pattern.get(length - 1).equals("**");
            int fixed = isPrefix ? length - 1 : length;
            if (isPrefix ? segments.size() < fixed : segments.size() != fixed) {
                return false;
            }
            for (int i = 0; i < fixed; i++) {
                if (!pattern.get(i).equals("{}") && !pattern.get(i).equals(segments.get(i))) {
                    return false;
                }
            }
            return true;
        }

        String allowed() {
            return String.join(", ", methods.keySet());
        }
    }

    /**
     * @param name of the route in metrics
     * @param method HTTP method, or {@code *} for all
     */
    public Routes add(String name, String method, String pattern, Endpoint endpoint) {
        List<String> segments =
                pattern.equals("/") ? List.of() : List.of(pattern.substring(1).split("/", -1));
        for (Route route : routes) {
            if (route.pattern().equals(segments)) {
                route.methods().put(method, endpoint);
                return this;
            }
        }
        Map<String, Endpoint> methods = new LinkedHashMap<>();
        methods.put(method, endpoint);
        routes.add(new Route(name, segments, methods));
        return this;
    }

    @Nullable Route find(List<String> segments) {
        for (Route route : routes) {
            if (route.matches(segments)) {
                return route;
            }
        }
        return null;
    }
}
