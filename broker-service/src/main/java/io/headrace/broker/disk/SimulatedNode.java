package io.headrace.broker.disk;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A file or directory of a {@link SimulatedDisk}, apart from its names. Guarded by the disk. */
sealed interface SimulatedNode {

    /** Entries as programs see them now, and as they would be after a power loss. */
    final class Directory implements SimulatedNode {

        private final Map<String, SimulatedNode> entries = new TreeMap<>();
        private final Map<String, SimulatedNode> durable = new TreeMap<>();

        Map<String, SimulatedNode> entries() {
            return entries;
        }

        Map<String, SimulatedNode> durable() {
            return durable;
        }
    }

    /** Content now, content on the platter, and the changes between the two in order. */
    final class Content implements SimulatedNode {

        private static final int SECTOR_SIZE = 512;

        private final Image current = new Image();
        private final Image durable = new Image();
        private final List<Change> pending = new ArrayList<>();
        private long modifiedMs;

        /** No read may touch this byte, until it is written anew; -1 for none. */
        private long unreadableAt = -1;

        /** Bytes at a position, or a new length where there are none. */
        private static final class Change {

            private final long position;
            private final byte @Nullable [] bytes;

            /** A force that should have made it durable failed: it never will be. */
            private boolean isDoomed;

            Change(long position, byte @Nullable [] bytes) {
                this.position = position;
                this.bytes = bytes;
            }

            boolean covers(long at) {
                return at >= position && (bytes == null || at < position + bytes.length);
            }

            void applyTo(Image image) {
                if (bytes == null) {
                    image.truncate(Math.toIntExact(position));
                } else {
                    image.write(bytes, 0, bytes.length, Math.toIntExact(position));
                }
            }

            void tearInto(Image image, Random random) {
                if (bytes == null) {
                    return;
                }
                boolean isPrefix = random.nextBoolean();
                int end = 0;
                for (int from = 0; from < bytes.length; from = end) {
                    long sector = (position + from) / SECTOR_SIZE;
                    long nextSectorAt = (sector + 1) * SECTOR_SIZE;
                    end = (int) Math.min(bytes.length, nextSectorAt - position);
                    if (random.nextBoolean()) {
                        image.write(bytes, from, end - from, Math.toIntExact(position) + from);
                    } else if (isPrefix) {
                        return;
                    }
                }
            }
        }

        long modifiedMs() {
            return modifiedMs;
        }

        void modified(long nowMs) {
            modifiedMs = nowMs;
        }

        int size() {
            return current.size;
        }

        int read(byte[] target, int from, int length, long position) {
            if (position >= current.size) {
                return 0;
            }
            int count = (int) Math.min(length, current.size - position);
            System.arraycopy(current.bytes, (int) position, target, from, count);
            return count;
        }

        void write(byte[] bytes, long position) {
            change(new Change(position, bytes));
        }

        void truncate(long size) {
            if (size < current.size) {
                change(new Change(size, null));
            }
        }

        private void change(Change change) {
            if (change.covers(unreadableAt)) {
                unreadableAt = -1;
            }
            change.applyTo(current);
            pending.add(change);
        }

        void force() {
            for (Change change : pending) {
                if (!change.isDoomed) {
                    change.applyTo(durable);
                }
            }
            pending.removeIf(change -> !change.isDoomed);
        }

        /** What was unflushed is lost for good, whatever later forces say. */
        void failForce() {
            pending.forEach(change -> change.isDoomed = true);
        }

        /** Changes that a crash may keep or lose. */
        int pendingCount() {
            return (int) pending.stream().filter(change -> !change.isDoomed).count();
        }

        void crash(CrashFate fate) {
            for (int i = 0; i < pending.size(); i++) {
                Change change = pending.get(i);
                if (change.isDoomed) {
                    continue;
                }
                switch (fate.left(i == pending.size() - 1)) {
                    case NOTHING -> {}
                    case ALL -> change.applyTo(durable);
                    case TORN -> change.tearInto(durable, fate.sectors());
                }
            }
            pending.clear();
            current.become(durable);
        }

        void settle() {
            pending.clear();
            durable.become(current);
        }

        void unreadable(long position) {
            unreadableAt = position;
        }

        boolean isReadable(long position, int length) {
            return unreadableAt < position
                    || unreadableAt >= Math.min(position + length, current.size);
        }

        void flipBit(long position, int bit) {
            current.flipBit(Math.toIntExact(position), bit);
            durable.flipBit(Math.toIntExact(position), bit);
        }
    }

    /** Growing bytes; what lies between an end and a later write is zero. */
    final class Image {

        private byte[] bytes = new byte[0];
        private int size;

        void write(byte[] source, int from, int length, int position) {
            int end = position + length;
            if (end > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(end, bytes.length * 2));
            }
            System.arraycopy(source, from, bytes, position, length);
            size = Math.max(size, end);
        }

        void truncate(int newSize) {
            if (newSize < size) {
                Arrays.fill(bytes, newSize, size, (byte) 0);
                size = newSize;
            }
        }

        void become(Image other) {
            bytes = Arrays.copyOf(other.bytes, other.size);
            size = other.size;
        }

        void flipBit(int position, int bit) {
            if (position < size) {
                bytes[position] = (byte) (bytes[position] ^ (1 << bit));
            }
        }
    }
}
