package io.headrace.system.load;

/** A client that reads while others write. */
interface Follower {

    /** Of the partitions that it reads. */
    Positions positions();
}
