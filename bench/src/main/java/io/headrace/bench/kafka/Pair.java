package io.headrace.bench.kafka;

import io.headrace.bench.report.Report;
import io.headrace.bench.report.Samples;

/** The samples of one figure on both sides, taken in turns; the ratio is that of each turn. */
final class Pair {

    private final Samples headrace = new Samples();
    private final Samples kafka = new Samples();
    private final Samples ratio = new Samples();

    void add(double ofHeadrace, double ofKafka) {
        headrace.add(ofHeadrace);
        kafka.add(ofKafka);
        if (ofKafka > 0) {
            ratio.add(ofHeadrace / ofKafka);
        }
    }

    /** Three cells: headrace, Kafka, headrace / Kafka. */
    String[] cells(int decimals) {
        return new String[] {headrace.text(decimals), kafka.text(decimals), ratio.text(2)};
    }

    void report(Report report, String figure, String unit) {
        report.figure(figure + ".headrace", unit, headrace);
        report.figure(figure + ".kafka", unit, kafka);
        report.figure(figure + ".ratio", "ratio", ratio);
    }
}
