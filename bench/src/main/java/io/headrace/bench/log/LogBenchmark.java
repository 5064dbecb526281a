package io.headrace.bench.log;

import io.headrace.bench.machine.TemporaryFolder;
import io.headrace.broker.log.LogSlice;
import io.headrace.broker.log.ReadOutcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Time and allocation per appended batch (16 records of 1 KiB), and per fetch of 1 MiB. */
@State(Scope.Thread)
@BenchmarkMode(org.openjdk.jmh.annotations.Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LogBenchmark {

    /** System property: the folder for the logs. */
    public static final String FOLDER = "headrace.bench.folder";

    private static final int FETCH_BYTES = 1 << 20;
    private static final int BATCHES_TO_FETCH = 4_000;

    private final ByteBuffer batch = Batches.ofCount(16);
    private long offset;
    private @Nullable TemporaryFolder folder;
    private @Nullable OneLog opened;

    /** A new log for each iteration, so that the files stay small. */
    @Setup(Level.Iteration)
    public void open() throws IOException {
        TemporaryFolder made =
                TemporaryFolder.below(
                        Path.of(System.getProperty(FOLDER, System.getProperty("java.io.tmpdir"))));
        OneLog one = new OneLog(made.path().resolve("jmh"));
        for (int i = 0; i < BATCHES_TO_FETCH; i++) {
            one.append(batch.duplicate());
        }
        folder = made;
        opened = one;
    }

    /** Deletes the log. */
    @TearDown(Level.Iteration)
    public void close() throws IOException {
        if (opened != null) {
            opened.close();
        }
        if (folder != null) {
            folder.close();
        }
    }

    /** Check and append of one batch. */
    @Benchmark
    public void append() {
        one().append(batch.duplicate());
    }

    /** Read, slice, release. */
    @Benchmark
    public long fetch() {
        OneLog one = one();
        long end = one.log().logEndOffset();
        offset = (offset + 7_919) % end;
        if (one.log().read(offset, FETCH_BYTES, end, true)
                instanceof ReadOutcome.Found(LogSlice slice)) {
            slice.close();
            return slice.endOffset();
        }
        throw new IllegalStateException("nothing at offset " + offset);
    }

    private OneLog one() {
        if (opened == null) {
            throw new IllegalStateException("the log is not open");
        }
        return opened;
    }
}
