package io.headrace.system.cluster;

import java.util.Map;

/** Numbers of metrics, as processes show them. */
public final class Series {

    private Series() {}

    /**
     * The sum of a series over its labels.
     *
     * @param scrape in Prometheus' text format
     */
    public static double sum(String scrape, String name) {
        return scrape.lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /**
     * How much counters grew, by process; of one that is not in both nothing is known. Who was
     * started again meanwhile counts from zero.
     */
    public static double growth(Map<String, Double> before, Map<String, Double> after) {
        double grown = 0;
        for (Map.Entry<String, Double> each : after.entrySet()) {
            double now = each.getValue();
            double then = before.getOrDefault(each.getKey(), now);
            grown += now < then ? now : now - then;
        }
        return grown;
    }
}
