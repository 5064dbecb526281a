package io.headrace.broker.log.epoch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The text of a {@code leader-epoch-checkpoint}. */
final class EpochFormat {

    private static final String VERSION = "0";

    private EpochFormat() {}

    static String print(List<EpochStart> entries) {
        StringBuilder text = new StringBuilder();
        text.append(VERSION).append('\n').append(entries.size()).append('\n');
        for (EpochStart entry : entries) {
            text.append(entry.epoch()).append(' ').append(entry.startOffset()).append('\n');
        }
        return text.toString();
    }

    static List<EpochStart> parse(Path file, String text) throws IOException {
        List<String> lines = text.lines().toList();
        try {
            if (lines.size() < 2 || !lines.get(0).trim().equals(VERSION)) {
                throw new IOException(file + " is not a leader epoch checkpoint of version 0");
            }
            int count = Integer.parseInt(lines.get(1).trim());
            if (count != lines.size() - 2) {
                throw new IOException(file + " states " + count + " entries but has others");
            }
            List<EpochStart> entries = new ArrayList<>(count);
            for (String line : lines.subList(2, lines.size())) {
                entries.add(entry(file, line, entries));
            }
            return List.copyOf(entries);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is damaged: " + e.getMessage(), e);
        }
    }

    private static EpochStart entry(Path file, String line, List<EpochStart> before)
            throws IOException {
        int space = line.indexOf(' ');
        if (space < 0) {
            throw new IOException(file + " has a line that is not 'epoch offset'");
        }
        EpochStart entry =
                new EpochStart(
                        Integer.parseInt(line, 0, space, 10),
                        Long.parseLong(line, space + 1, line.length(), 10));
        if (!before.isEmpty()
                && (before.getLast().epoch() >= entry.epoch()
                        || before.getLast().startOffset() >= entry.startOffset())) {
            throw new IOException(file + " has entries that do not rise");
        }
        return entry;
    }
}
