package io.headrace.system.check;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What a history shows.
 *
 * <p>Bounds: of each check the first {@value #TEXTS_MAX} findings are kept in words, all are
 * counted.
 */
public final class Judgement {

    private static final int TEXTS_MAX = 20;

    private final Map<Check, Long> counts = new EnumMap<>(Check.class);
    private final Map<Check, List<String>> texts = new EnumMap<>(Check.class);
    private final List<String> facts = new ArrayList<>();

    void found(Check check, String text) {
        counts.merge(check, 1L, Long::sum);
        List<String> kept = texts.computeIfAbsent(check, first -> new ArrayList<>());
        if (kept.size() < TEXTS_MAX) {
            kept.add(text);
        }
    }

    void fact(String text) {
        facts.add(text);
    }

    public boolean isSound() {
        return counts.isEmpty();
    }

    public long count(Check check) {
        return counts.getOrDefault(check, 0L);
    }

    /** In words, the first ones. */
    public List<String> findings(Check check) {
        return List.copyOf(texts.getOrDefault(check, List.of()));
    }

    /** Some lines for a person. */
    public String text() {
        StringBuilder text = new StringBuilder();
        facts.forEach(fact -> text.append(fact).append('\n'));
        counts.forEach(
                (check, count) -> {
                    text.append(check).append(' ').append(check.meaning()).append(": ");
                    text.append(count).append('\n');
                    findings(check).forEach(one -> text.append("    ").append(one).append('\n'));
                });
        return text.append(isSound() ? "sound\n" : "NOT SOUND\n").toString();
    }
}
