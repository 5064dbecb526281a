package io.headrace.admin.history;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** How a group is called in the database: by its name, unless that does not fit a column. */
final class GroupKey {

    private static final int LENGTH_MAX = 255;
    private static final int PREFIX_LENGTH = 150;

    private GroupKey() {}

    static String of(String group) {
        if (group.length() <= LENGTH_MAX && group.indexOf('\0') < 0) {
            return group;
        }
        String readable = group.replace('\0', '\uFFFD');
        return readable.substring(0, Math.min(PREFIX_LENGTH, readable.length()))
                + "#"
                + HexFormat.of().formatHex(sha256(group));
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
