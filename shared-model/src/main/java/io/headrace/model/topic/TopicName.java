package io.headrace.model.topic;

import java.util.Optional;
import java.util.Set;

/**
 * The rules for topic names: 1 to 249 characters of {@code [a-zA-Z0-9._-]}, neither {@code .} nor
 * {@code ..}.
 *
 * <p>Source: Kafka's {@code Topic.validate}. A name that passes is safe as a directory name and as
 * one path segment of a URL.
 */
public final class TopicName {

    public static final int LENGTH_MAX = 249;

    /**
     * Topics that hold coordinator state; ordinary clients may not create, delete or write them.
     */
    public static final Set<String> INTERNAL = Set.of("__consumer_offsets", "__transaction_state");

    private TopicName() {}

    /** What is wrong with the name, as one sentence; empty when it is a legal name. */
    public static Optional<String> problem(String name) {
        if (name.isEmpty()) {
            return Optional.of("a topic name must not be empty");
        }
        if (name.equals(".") || name.equals("..")) {
            return Optional.of("a topic name must not be '.' or '..'");
        }
        if (name.length() > LENGTH_MAX) {
            return Optional.of(
                    "a topic name has at most "
                            + LENGTH_MAX
                            + " characters, this one has "
                            + name.length());
        }
        for (int i = 0; i < name.length(); i++) {
            if (!isLegal(name.charAt(i))) {
                return Optional.of(
                        "a topic name consists of letters, digits, '.', '_' and '-' (ASCII); character "
                                + (i + 1)
                                + " is none of them");
            }
        }
        return Optional.empty();
    }

    public static boolean isInternal(String name) {
        return INTERNAL.contains(name);
    }

    /**
     * Names that differ only in '.' and '_' give the same metric names; Kafka refuses the second of
     * them.
     */
    public static boolean collides(String one, String other) {
        return one.replace('.', '_').equals(other.replace('.', '_'));
    }

    private static boolean isLegal(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '_'
                || c == '-';
    }
}
