package io.headrace.system.cluster;

import io.headrace.system.cluster.Traces.Place;
import java.time.Duration;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What an operator is to see of a fault, and how soon.
 *
 * @param patterns per place: of a series' name with its tags, of a line of a log, of a part of a
 *     health with its new value ({@code /components/broker/details/diskNearlyFull=true}); a place
 *     without one is not asked
 */
public record Signs(Map<Place, Pattern> patterns, Duration within) {

    /** Soon enough, unless a plan says otherwise. */
    public static final Duration SOON = Duration.ofSeconds(10);

    /** Nobody has to see it. */
    public static final Signs NONE = new Signs(Map.of(), SOON);

    public Signs {
        patterns = Map.copyOf(patterns);
    }

    /** Regular expressions; an empty one asks nothing. */
    public static Signs of(String series, String words, String health) {
        Map<Place, Pattern> patterns = new EnumMap<>(Place.class);
        put(patterns, Place.METRICS, series);
        put(patterns, Place.LOG, words);
        put(patterns, Place.HEALTH, health);
        return new Signs(patterns, SOON);
    }

    /** Of a trouble that a service counts, logs and shows under this kind ({@code a|b}: either). */
    public static Signs trouble(String kind) {
        return of(
                "headrace_troubles_total\\{.*kind=\"(" + kind + ")\"",
                "Trouble (" + kind + "): ",
                "recentTroubles=.*(" + kind + ")");
    }

    private static void put(Map<Place, Pattern> patterns, Place place, String pattern) {
        if (!pattern.isEmpty()) {
            patterns.put(place, Pattern.compile(pattern));
        }
    }

    /** The same, with more time. */
    public Signs within(Duration bound) {
        return new Signs(patterns, bound);
    }

    /** What any of them asks for. */
    public static Signs any(Collection<Signs> all) {
        Map<Place, Pattern> patterns = new EnumMap<>(Place.class);
        for (Place place : Place.values()) {
            put(
                    patterns,
                    place,
                    all.stream()
                            .flatMap(each -> each.of(place).stream())
                            .map(each -> "(" + each.pattern() + ")")
                            .distinct()
                            .collect(Collectors.joining("|")));
        }
        return new Signs(patterns, SOON);
    }

    Optional<Pattern> of(Place place) {
        return Optional.ofNullable(patterns.get(place));
    }

    boolean isIn(Place place, String text) {
        return of(place).map(pattern -> pattern.matcher(text).find()).orElse(false);
    }
}
