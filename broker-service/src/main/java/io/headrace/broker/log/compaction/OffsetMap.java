package io.headrace.broker.log.compaction;

import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The newest offset of each key, 24 bytes a key: 16 of its hash, 8 of the offset.
 *
 * <p>Two keys with the same hash would be taken for one, and the older record be lost; the hash is
 * the front half of SHA-256 over a salt and the key, so that nobody can choose such keys.
 *
 * <p>Shape: open addressing with linear probing over {@code long[3 * slots]}: hash, hash, offset +
 * 1 (0 is a free slot). Bounds: nine tenths of the slots are used, then it is full.
 */
final class OffsetMap {

    static final int ENTRY_BYTES = 24;

    private static final int LONGS = 3;
    private static final int SLOTS_MIN = 16;

    private final long[] table;
    private final int slots;
    private final int countMax;
    private final MessageDigest digest;
    private final byte[] salt;
    private final byte[] hash = new byte[32];
    private final ByteBuffer hashLongs = ByteBuffer.wrap(hash);
    private int count;

    OffsetMap(long bytesMax, long keyCountMax, byte[] salt) {
        long wanted = Math.max(SLOTS_MIN, keyCountMax + keyCountMax / 8 + 1);
        long allowed = Math.max(SLOTS_MIN, bytesMax / ENTRY_BYTES);
        this.slots = (int) Math.min(Math.min(wanted, allowed), Integer.MAX_VALUE / (LONGS + 1));
        this.countMax = slots - slots / 10 - 1;
        this.table = new long[slots * LONGS];
        this.salt = salt.clone();
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    int count() {
        return count;
    }

    /** Whether so many further keys surely fit. */
    boolean hasRoomFor(int keys) {
        return count + (long) keys <= countMax;
    }

    /** Notes the offset for the key; offsets must rise. False if the map is full. */
    boolean put(ByteBuffer bytes, int at, int length, long offset) {
        int slot = find(bytes, at, length);
        if (table[slot + 2] == 0) {
            if (count == countMax) {
                return false;
            }
            table[slot] = hashLongs.getLong(0);
            table[slot + 1] = hashLongs.getLong(8);
            count++;
        }
        table[slot + 2] = offset + 1;
        return true;
    }

    /** The newest offset of the key; -1 if the key is not in the map. */
    long get(ByteBuffer bytes, int at, int length) {
        return table[find(bytes, at, length) + 2] - 1;
    }

    private int find(ByteBuffer bytes, int at, int length) {
        hash(bytes, at, length);
        long first = hashLongs.getLong(0);
        long second = hashLongs.getLong(8);
        int slot = (int) Long.remainderUnsigned(first, slots);
        while (true) {
            int index = slot * LONGS;
            if (table[index + 2] == 0 || (table[index] == first && table[index + 1] == second)) {
                return index;
            }
            slot = slot + 1 == slots ? 0 : slot + 1;
        }
    }

    private void hash(ByteBuffer bytes, int at, int length) {
        digest.update(salt);
        if (bytes.hasArray()) {
            digest.update(bytes.array(), bytes.arrayOffset() + at, length);
        } else {
            digest.update(bytes.slice(at, length));
        }
        try {
            digest.digest(hash, 0, hash.length);
        } catch (DigestException e) {
            throw new IllegalStateException("a SHA-256 has 32 bytes", e);
        }
    }
}
