package io.headrace.bench.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/** The results of the rounds of one figure. Owner: one thread. */
public final class Samples {

    private final List<Double> values = new ArrayList<>();

    public static Samples of(double... values) {
        Samples samples = new Samples();
        for (double value : values) {
            samples.add(value);
        }
        return samples;
    }

    public void add(double value) {
        values.add(value);
    }

    public boolean isEmpty() {
        return values.isEmpty();
    }

    /** The middle one, or the mean of the two in the middle; NaN without samples. */
    public double median() {
        if (values.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    public double min() {
        return values.isEmpty() ? Double.NaN : Collections.min(values);
    }

    public double max() {
        return values.isEmpty() ? Double.NaN : Collections.max(values);
    }

    /** {@code median [min-max]}, or only the value when there is one. */
    public String text(int decimals) {
        if (values.size() <= 1) {
            return number(median(), decimals);
        }
        return number(median(), decimals)
                + " ["
                + number(min(), decimals)
                + "-"
                + number(max(), decimals)
                + "]";
    }

    /** With thousands separators, {@code -} for NaN. */
    public static String number(double value, int decimals) {
        return Double.isNaN(value)
                ? "-"
                : String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }
}
