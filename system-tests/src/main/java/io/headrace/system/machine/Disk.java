package io.headrace.system.machine;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small ext4 file system of its own, on a loop device over a sparse file. */
public final class Disk {

    private final Path image;
    private final Path mountPoint;

    private Disk(Path image, Path mountPoint) {
        this.image = image;
        this.mountPoint = mountPoint;
    }

    static Disk create(RunFolder run, String name, long bytes) throws IOException {
        Path image = run.path().resolve(name + ".img");
        Path mountPoint = run.path().resolve("disks").resolve(name);
        Files.createDirectories(mountPoint);
        run.enter("mounts", mountPoint.toString());
        run.enter("images", image.toString());
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(bytes);
        }
        Command.run("mkfs.ext4", "-q", "-F", "-m", "0", image.toString());
        Disk disk = new Disk(image, mountPoint);
        disk.mount();
        return disk;
    }

    public Path path() {
        return mountPoint;
    }

    private void mount() throws IOException {
        Command.run("mount", "-o", "loop", image.toString(), mountPoint.toString());
    }

    /** What was not synced is gone; nothing can be read or written until {@link #powerOn}. */
    public void powerOff() throws IOException {
        PowerSwitch.off(mountPoint);
    }

    /** Nobody may hold a file of it open any more. */
    public void powerOn() throws IOException {
        Command.run("umount", mountPoint.toString());
        mount();
    }
}
