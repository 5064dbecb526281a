package io.headrace.broker.log;

import io.headrace.broker.disk.Disk;
import io.headrace.broker.log.producer.ProducerBound;

/** What a log directory lends to each of its logs. */
record LogHome(
        Disk disk,
        LogClock clock,
        DirectoryHealth health,
        CreatedDirectories created,
        DiskReserve reserve,
        FlushQueue flushQueue,
        LogCheckpoints checkpoints,
        ProducerBound producers) {}
