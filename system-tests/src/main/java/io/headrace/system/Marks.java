package io.headrace.system;

import io.headrace.system.history.History;
import java.io.PrintStream;
import java.time.Instant;

/** Prints what a history says for people: phases, faults, findings of the run itself. */
final class Marks implements History {

    private final PrintStream out;

    Marks(PrintStream out) {
        this.out = out;
    }

    @Override
    public void partition(int partition, String name) {}

    @Override
    public void producer(int producer, String name, boolean idempotent) {}

    @Override
    public void reader(int reader, ReaderKind kind, String group, String name) {}

    @Override
    public void invoke(int producer, long counter, int partition, long timeMs) {}

    @Override
    public void ok(int producer, long counter, long offset, long timeMs) {}

    @Override
    public void failed(int producer, long counter, long timeMs, String code) {}

    @Override
    public void unknown(int producer, long counter, long timeMs, String code) {
        out.println(Instant.ofEpochMilli(timeMs) + " " + producer + ":" + counter + " " + code);
    }

    @Override
    public void position(int reader, int partition, long offset) {}

    @Override
    public void read(int reader, int partition, long offset, int producer, long counter) {}

    @Override
    public void bounds(int reader, int partition, long start, long end) {}

    @Override
    public void owns(int reader, int generation, int partition) {}

    @Override
    public void commit(int reader, int generation, int partition, long offset) {}

    @Override
    public void committed(int reader, int generation, int partition, long offset) {}

    @Override
    public void state(
            int partition,
            int leader,
            int leaderEpoch,
            int partitionEpoch,
            boolean isLeaderInSync,
            long change) {}

    @Override
    public void controller(int epoch, long change) {
        out.println("controller epoch " + epoch);
    }

    @Override
    public void mark(long timeMs, String text) {
        out.println(Instant.ofEpochMilli(timeMs) + " " + text);
    }

    @Override
    public void verdict(String check, String text) {
        out.println(check + ": " + text);
    }
}
