package io.headrace.broker.log;

import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;

/** Names of a segment's files: the base offset in twenty digits, then what the file is. */
public final class SegmentName {

    public static final String LOG = ".log";
    public static final String INDEX = ".index";
    public static final String TIME_INDEX = ".timeindex";

    /** State of the producers before the offset. */
    public static final String SNAPSHOT = ".snapshot";

    /** Waiting for its removal. */
    public static final String DELETED = ".deleted";

    /** Half-written result of compaction (or of a truncation under readers); worthless. */
    public static final String CLEANED = ".cleaned";

    /** Finished result of compaction that is about to replace the segments it covers. */
    public static final String SWAP = ".swap";

    /** Set aside by recovery. */
    public static final String DAMAGED = ".damaged";

    private static final int DIGITS = 20;

    private SegmentName() {}

    /** For example {@code 00000000000000000042.log}. */
    public static String of(long baseOffset, String suffix) {
        return String.format(Locale.ROOT, "%020d", baseOffset) + suffix;
    }

    public static Path in(Path directory, long baseOffset, String suffix) {
        return directory.resolve(of(baseOffset, suffix));
    }

    /** The base offset, if the name is twenty digits and exactly the suffix. */
    public static OptionalLong baseOffset(String name, String suffix) {
        if (name.length() != DIGITS + suffix.length() || !name.endsWith(suffix)) {
            return OptionalLong.empty();
        }
        for (int i = 0; i < DIGITS; i++) {
            if (name.charAt(i) < '0' || name.charAt(i) > '9') {
                return OptionalLong.empty();
            }
        }
        try {
            return OptionalLong.of(Long.parseLong(name, 0, DIGITS, 10));
        } catch (NumberFormatException tooLarge) {
            return OptionalLong.empty();
        }
    }
}
