package io.headrace.system.history;

/**
 * What happened, one call per event. Producers, readers and partitions are numbers from 0, declared
 * before they are used; a value is named by its producer and a counter, and is sent once.
 *
 * <p>A send is invoked before the first byte leaves, and then ends in one of three ways: {@code
 * ok}, {@code failed} (certainly not done) or {@code unknown}. One that never ends is unknown.
 */
public interface History {

    /** Instead of a producer: the bytes that were read are no value, or a damaged one. */
    int DAMAGED = -1;

    /** Instead of an offset: the reply did not say. */
    long NO_OFFSET = -1;

    /** What a reader is there for. */
    enum ReaderKind {
        /** Reads given partitions from their start, in order, during the run. */
        ASSIGNED,
        /** A member of a group. */
        GROUP,
        /** Reads everything after the run, from the start. */
        FINAL
    }

    void partition(int partition, String name);

    /**
     * @param idempotent whether a value may land only once
     */
    void producer(int producer, String name, boolean idempotent);

    /**
     * @param group of a {@link ReaderKind#GROUP} reader, else empty
     */
    void reader(int reader, ReaderKind kind, String group, String name);

    void invoke(int producer, long counter, int partition, long timeMs);

    /**
     * @param offset as the reply said, or {@link #NO_OFFSET}
     */
    void ok(int producer, long counter, long offset, long timeMs);

    void failed(int producer, long counter, long timeMs, String code);

    void unknown(int producer, long counter, long timeMs, String code);

    /** The reader goes on at this offset; what it saw before does not bind it. */
    void position(int reader, int partition, long offset);

    /**
     * @param producer of the value, or {@link #DAMAGED}
     */
    void read(int reader, int partition, long offset, int producer, long counter);

    /** Where the log begins and where what may be read ends, as one reader was told. */
    void bounds(int reader, int partition, long start, long end);

    /** A member of a group was given a partition. */
    void owns(int reader, int generation, int partition);

    /** A member is about to commit. */
    void commit(int reader, int generation, int partition, long offset);

    /** The commit was acknowledged. */
    void committed(int reader, int generation, int partition, long offset);

    /**
     * A partition's state, as ZooKeeper held it from this change on.
     *
     * @param leader of the leader epoch; negative for none
     * @param isLeaderInSync whether that one is in the ISR
     * @param change number of ZooKeeper's change that wrote it (zxid)
     */
    void state(
            int partition,
            int leader,
            int leaderEpoch,
            int partitionEpoch,
            boolean isLeaderInSync,
            long change);

    /** A controller took this epoch with this change. */
    void controller(int epoch, long change);

    /** A phase, a fault, or anything else that explains the rest. */
    void mark(long timeMs, String text);

    /**
     * Something that was judged during the run and found wrong.
     *
     * @param check its name in reliability.md, for example C19
     */
    void verdict(String check, String text);
}
