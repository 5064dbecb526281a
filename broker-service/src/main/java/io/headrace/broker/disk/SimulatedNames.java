package io.headrace.broker.disk;

import io.headrace.broker.disk.SimulatedNode.Content;
import io.headrace.broker.disk.SimulatedNode.Directory;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The directory tree of a {@link SimulatedDisk}: names, and the changes of names that are not
 * durable yet, in order. A rename is one change: it survives a crash as a whole or not at all.
 */
final class SimulatedNames {

    private record Entry(Directory directory, String name, @Nullable SimulatedNode node) {

        void applyToDurable() {
            if (node == null) {
                directory.durable().remove(name);
            } else {
                directory.durable().put(name, node);
            }
        }
    }

    /** Entries that change in one step. */
    private record Change(List<Entry> entries) {

        boolean isIn(Directory directory) {
            return entries.stream().anyMatch(entry -> entry.directory() == directory);
        }
    }

    private final Directory root = new Directory();
    private final List<Change> pending = new ArrayList<>();

    @Nullable SimulatedNode find(Path path) {
        SimulatedNode node = root;
        for (Path name : path.toAbsolutePath().normalize()) {
            if (!(node instanceof Directory directory)) {
                return null;
            }
            node = directory.entries().get(name.toString());
        }
        return node;
    }

    Directory directory(Path path) throws IOException {
        SimulatedNode node = find(path);
        if (node instanceof Directory directory) {
            return directory;
        }
        if (node == null) {
            throw new NoSuchFileException(path.toString());
        }
        throw new NotDirectoryException(path.toString());
    }

    private Directory parent(Path path) throws IOException {
        Path parent = path.toAbsolutePath().normalize().getParent();
        return parent == null ? root : directory(parent);
    }

    private static String name(Path path) {
        return String.valueOf(path.toAbsolutePath().normalize().getFileName());
    }

    Content create(Path path) throws IOException {
        Content content = new Content();
        change(List.of(new Entry(parent(path), name(path), content)));
        return content;
    }

    void createDirectories(Path path) throws IOException {
        Path absolute = path.toAbsolutePath().normalize();
        SimulatedNode node = find(absolute);
        if (node instanceof Directory) {
            return;
        }
        if (node != null) {
            throw new FileAlreadyExistsException(path.toString());
        }
        Path parent = absolute.getParent();
        if (parent != null) {
            createDirectories(parent);
        }
        change(List.of(new Entry(parent(absolute), name(absolute), new Directory())));
    }

    void rename(Path from, Path to) throws IOException {
        SimulatedNode node = find(from);
        if (node == null) {
            throw new NoSuchFileException(from.toString());
        }
        if (find(to) instanceof Directory directory && !directory.entries().isEmpty()) {
            throw new DirectoryNotEmptyException(to.toString());
        }
        change(
                List.of(
                        new Entry(parent(from), name(from), null),
                        new Entry(parent(to), name(to), node)));
    }

    boolean delete(Path path) throws IOException {
        SimulatedNode node = find(path);
        if (node == null) {
            return false;
        }
        if (node instanceof Directory directory && !directory.entries().isEmpty()) {
            throw new DirectoryNotEmptyException(path.toString());
        }
        change(List.of(new Entry(parent(path), name(path), null)));
        return true;
    }

    private void change(List<Entry> entries) {
        for (Entry entry : entries) {
            SimulatedNode node = entry.node();
            if (node == null) {
                entry.directory().entries().remove(entry.name());
            } else {
                entry.directory().entries().put(entry.name(), node);
            }
        }
        pending.add(new Change(entries));
    }

    void force(Directory directory) {
        for (Change change : pending) {
            if (change.isIn(directory)) {
                change.entries().forEach(Entry::applyToDurable);
            }
        }
        pending.removeIf(change -> change.isIn(directory));
    }

    void settle() {
        pending.forEach(change -> change.entries().forEach(Entry::applyToDurable));
        pending.clear();
        forEachContent(Content::settle);
    }

    /** Of each directory's changes the first so many survive. */
    void crash(CrashFate fate) {
        Set<Directory> cut = new HashSet<>();
        for (Change change : pending) {
            boolean isCutOff =
                    change.entries().stream().anyMatch(entry -> cut.contains(entry.directory()));
            boolean isLost = !fate.keepsName(isCutOff) || isCutOff;
            for (Entry entry : change.entries()) {
                if (isLost) {
                    cut.add(entry.directory());
                } else {
                    entry.applyToDurable();
                }
            }
        }
        pending.clear();
        restore(root);
        forEachContent(content -> content.crash(fate));
    }

    /** Changes of names and contents that a crash may keep or lose. */
    int pendingCount() {
        int[] count = {pending.size()};
        forEachContent(content -> count[0] += content.pendingCount());
        return count[0];
    }

    private static void restore(Directory directory) {
        directory.entries().clear();
        directory.entries().putAll(directory.durable());
        for (SimulatedNode node : directory.entries().values()) {
            if (node instanceof Directory below) {
                restore(below);
            }
        }
    }

    long bytesUsed() {
        long[] total = {0};
        forEachContent(content -> total[0] += content.size());
        return total[0];
    }

    void forEachContent(Consumer<Content> action) {
        forEachContent(root, action);
    }

    private static void forEachContent(Directory directory, Consumer<Content> action) {
        for (Map.Entry<String, SimulatedNode> entry : directory.entries().entrySet()) {
            switch (entry.getValue()) {
                case Directory below -> forEachContent(below, action);
                case Content content -> action.accept(content);
            }
        }
    }
}
