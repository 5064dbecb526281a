package io.headrace.system.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A group of processes that the kernel lets have so much of something, and no more. */
public final class ControlGroup {

    private static final Path ROOT = Path.of("/sys/fs/cgroup");

    /** What is limited. */
    public enum Resource {
        /** Bytes; who wants more is killed. */
        MEMORY("memory", "memory.limit_in_bytes", "memory.max"),
        /** Processes and threads; who wants more is refused. */
        THREADS("pids", "pids.max", "pids.max");

        private final String controller;
        private final String oldFile;
        private final String newFile;

        Resource(String controller, String oldFile, String newFile) {
            this.controller = controller;
            this.oldFile = oldFile;
            this.newFile = newFile;
        }
    }

    private final Path path;
    private final Path limit;

    private ControlGroup(Path path, Path limit) {
        this.path = path;
        this.limit = limit;
    }

    static ControlGroup create(RunFolder run, String name, Resource resource) throws IOException {
        boolean isUnified = Files.exists(ROOT.resolve("cgroup.controllers"));
        Path parent = isUnified ? ROOT : ROOT.resolve(resource.controller);
        Path path = parent.resolve(name);
        if (!Files.isDirectory(path)) {
            if (isUnified) {
                Files.writeString(
                        parent.resolve("cgroup.subtree_control"), "+" + resource.controller);
            }
            run.enter("groups", path.toString());
            Files.createDirectory(path);
        }
        return new ControlGroup(
                path, path.resolve(isUnified ? resource.newFile : resource.oldFile));
    }

    public void limit(long most) throws IOException {
        Files.writeString(limit, Long.toString(most));
    }

    /** From now on this process, with all its threads, is in here. */
    public void take(long pid) throws IOException {
        Files.writeString(path.resolve("cgroup.procs"), Long.toString(pid));
    }

    /** Its processes are in the group above it from now on. */
    public void release(long pid) throws IOException {
        Files.writeString(path.resolveSibling("cgroup.procs"), Long.toString(pid));
    }

    /** A command line that runs inside. */
    public List<String> inside(List<String> command) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "sh",
                                "-c",
                                "echo $$ >\"$0\" && exec \"$@\"",
                                path.resolve("cgroup.procs").toString()));
        all.addAll(command);
        return all;
    }
}
