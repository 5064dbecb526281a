package io.headrace.bench.record;

import io.headrace.model.record.Compression;
import io.headrace.model.record.RecordBatchBuilder;
import io.headrace.model.record.RecordReader;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Time and allocation per record of building and of reading batches of 100 records of 100 bytes.
 */
@State(Scope.Thread)
@BenchmarkMode(org.openjdk.jmh.annotations.Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RecordBatchBenchmark {

    private static final int RECORDS = 100;

    private final byte[] value = new byte[100];
    private final RecordBatchBuilder builder = new RecordBatchBuilder(Compression.NONE, 16 * 1024);
    private final RecordReader reader = new RecordReader(1 << 20);
    private ByteBuffer batch = ByteBuffer.allocate(0);

    /** A batch to read, apart from the builder's buffer. */
    @Setup
    public void fill() {
        ByteBuffer built = build();
        batch = ByteBuffer.allocate(built.remaining()).put(built).flip();
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public ByteBuffer build() {
        builder.reset();
        for (int i = 0; i < RECORDS; i++) {
            builder.append(i, (byte[]) null, value, List.of());
        }
        return builder.build();
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public long read() {
        reader.wrap(batch, 0, batch.limit());
        long sum = 0;
        while (reader.next()) {
            sum += reader.offset() + reader.valueLength();
        }
        return sum;
    }
}
