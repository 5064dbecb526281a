package io.headrace.gateway.http;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What an {@code Accept} header allows, by quality (RFC 9110, section 12.5.1). */
public final class Accepts {

    private static final int RANGE_COUNT_MAX = 32;

    private Accepts() {}

    /**
     * The offer that the header likes best; the first of equals.
     *
     * @param header null or empty for anything
     * @param offers media types, lower case
     * @return an offer, or null if the header allows none of them
     */
    public static @Nullable String best(@Nullable String header, List<String> offers) {
        if (header == null || header.isBlank()) {
            return offers.getFirst();
        }
        String best = null;
        double bestQuality = 0;
        for (String offer : offers) {
            double quality = quality(header, offer);
            if (quality > bestQuality) {
                best = offer;
                bestQuality = quality;
            }
        }
        return best;
    }

    /** Whether the header names the type itself, not only by a wildcard. */
    public static boolean names(@Nullable String header, String type) {
        return header != null && header.toLowerCase(Locale.ROOT).contains(type);
    }

    private static double quality(String header, String offer) {
        double quality = 0;
        int specificity = -1;
        String[] ranges = header.split(",", RANGE_COUNT_MAX);
        for (String range : ranges) {
            String[] parts = range.split(";", 8);
            int rank = rank(parts[0].trim().toLowerCase(Locale.ROOT), offer);
            if (rank > specificity) {
                specificity = rank;
                quality = weight(parts);
            }
        }
        return quality;
    }

    /** 2 for the type itself, 1 for its family, 0 for anything, -1 for no match. */
    private static int rank(String range, String offer) {
        if (range.equals(offer)) {
            return 2;
        }
        if (range.equals("*/*")) {
            return 0;
        }
        boolean isFamily =
                range.endsWith("/*") && offer.startsWith(range.substring(0, range.length() - 1));
        return isFamily ? 1 : -1;
    }

    private static double weight(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].trim();
            if (parameter.startsWith("q=") || parameter.startsWith("Q=")) {
                try {
                    return Double.parseDouble(parameter.substring(2));
                } catch (NumberFormatException e) {
                    return 0;
                }
            }
        }
        return 1;
    }
}
