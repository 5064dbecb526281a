package io.headrace.standalone;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the names of metrics in a PromQL expression; it understands no more of it. */
final class PromQl {

    /** Text, matchers of labels, ranges: no metric is named in them. */
    private static final Pattern QUOTED = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|'[^']*'");

    private static final Pattern MATCHERS = Pattern.compile("\\{[^}]*}");
    private static final Pattern RANGE = Pattern.compile("\\[[^]]*]");

    /** Lists of labels. */
    private static final Pattern LABELS =
            Pattern.compile("\\b(by|without|on|ignoring|group_left|group_right)\\s*(\\([^)]*\\))?");

    private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
    private static final Set<String> WORDS = Set.of("and", "or", "unless", "bool", "offset", "inf");

    private PromQl() {}

    static Set<String> metrics(String expression) {
        String rest = QUOTED.matcher(expression).replaceAll(" ");
        rest = MATCHERS.matcher(rest).replaceAll(" ");
        rest = RANGE.matcher(rest).replaceAll(" ");
        rest = LABELS.matcher(rest).replaceAll(" ");
        Set<String> names = new TreeSet<>();
        Matcher matcher = NAME.matcher(rest);
        while (matcher.find()) {
            boolean isFunction = rest.substring(matcher.end()).stripLeading().startsWith("(");
            boolean isUnit = matcher.start() > 0 && isDigit(rest.charAt(matcher.start() - 1));
            if (!isFunction && !isUnit && !WORDS.contains(matcher.group())) {
                names.add(matcher.group());
            }
        }
        return names;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
