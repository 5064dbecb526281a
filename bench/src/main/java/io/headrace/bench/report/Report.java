package io.headrace.bench.report;

import io.headrace.bench.Mode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * Collects the figures of a run. Tables and notes are printed at once, JSON lines at the end.
 *
 * <pre>
 * {"bench":"log","mode":"quick","figure":"append.ratio","unit":"ratio","median":0.91,"min":0.88,"max":0.95}
 * </pre>
 */
public final class Report {

    private final PrintStream out;
    private final List<String> lines = new ArrayList<>();
    private String bench = "";
    private String mode = "";

    public Report(PrintStream out) {
        this.out = out;
    }

    /** Names the bench that the following figures belong to. */
    public void begin(String name, Mode withMode) {
        bench = name;
        mode = withMode.name().toLowerCase(java.util.Locale.ROOT);
        note("# bench " + name + ", " + mode);
        if (withMode == Mode.SMOKE) {
            note("Smoke run: it shows that the bench works; its figures mean nothing.");
        }
    }

    /** A line of text for the reader. */
    public void note(String text) {
        out.println(text);
        out.flush();
    }

    public void table(String title, Table table) {
        note("\n" + title + "\n\n" + table);
    }

    public void figure(String name, String unit, Samples samples) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("bench", bench);
        line.put("mode", mode);
        line.put("figure", name);
        line.put("unit", unit);
        line.put("median", rounded(samples.median()));
        line.put("min", rounded(samples.min()));
        line.put("max", rounded(samples.max()));
        lines.add(JsonMapper.shared().writeValueAsString(line));
    }

    public void figure(String name, String unit, double value) {
        figure(name, unit, Samples.of(value));
    }

    /** Every figure so far, one JSON object a line. */
    public String jsonLines() {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    /** Four significant digits; NaN and infinity have no JSON and become null text. */
    private static Object rounded(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return "none";
        }
        return value == 0
                ? 0.0
                : new java.math.BigDecimal(value).round(new java.math.MathContext(4)).doubleValue();
    }
}
