package io.headrace.bench.load;

import io.headrace.bench.report.Report;
import io.headrace.bench.report.Samples;

/** The rounds of one cell of a load table. Owner: the thread of the bench. */
public final class LoadCell {

    private final String name;
    private final Samples requestsPerSecond = new Samples();
    private final Samples recordsPerSecond = new Samples();
    private final Samples p50Ms = new Samples();
    private final Samples p99Ms = new Samples();
    private final Samples cpuPerMillion = new Samples();
    private final Samples clientCpuShare = new Samples();
    private long errors;
    private String firstError = "";

    /**
     * @param name of the figures, for example {@code produce.json.100x32}
     */
    public LoadCell(String name) {
        this.name = name;
    }

    public void add(LoadResult result) {
        requestsPerSecond.add(result.requestsPerSecond());
        recordsPerSecond.add(result.recordsPerSecond());
        p50Ms.add(result.p50Ms());
        p99Ms.add(result.p99Ms());
        cpuPerMillion.add(result.cpuSecondsPerMillionRecords());
        clientCpuShare.add(result.clientCpuSeconds() / result.seconds());
        errors += result.errors();
        if (firstError.isEmpty()) {
            firstError = result.firstError();
        }
    }

    public String name() {
        return name;
    }

    public Samples requestsPerSecond() {
        return requestsPerSecond;
    }

    public Samples recordsPerSecond() {
        return recordsPerSecond;
    }

    public Samples p50Ms() {
        return p50Ms;
    }

    public Samples p99Ms() {
        return p99Ms;
    }

    /** Server CPU seconds per million records. */
    public Samples cpuPerMillion() {
        return cpuPerMillion;
    }

    /** How busy the load thread was, 1 for a whole core. */
    public Samples clientCpuShare() {
        return clientCpuShare;
    }

    public long errors() {
        return errors;
    }

    /** Writes all figures, and a note when something went wrong. */
    public void report(Report report) {
        report.figure(name + ".requests", "1/s", requestsPerSecond);
        report.figure(name + ".records", "1/s", recordsPerSecond);
        report.figure(name + ".p50", "ms", p50Ms);
        report.figure(name + ".p99", "ms", p99Ms);
        report.figure(name + ".server_cpu", "s/M records", cpuPerMillion);
        report.figure(name + ".client_cpu", "cores", clientCpuShare);
        report.figure(name + ".errors", "count", (double) errors);
        if (errors > 0) {
            report.note(name + ": " + errors + " ERRORS; the first: " + firstError);
        }
    }
}
