package io.headrace.broker.disk;

/** What a crash of a {@link SimulatedDisk} does to changes that were not made durable. */
public enum Unflushed {
    /** Nothing of them survives. */
    LOST,
    /** All of them survive. */
    KEPT,
    /**
     * By seed: each write is lost, kept, or torn at 512-byte sectors, independently of its
     * neighbours; of each directory's changes the first so many survive.
     */
    TORN
}
