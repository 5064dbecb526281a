package io.headrace.broker.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Traffic of one topic, counted for the topic and for the broker as a whole. */
public final class TopicTraffic {

    private final Counter messagesIn;
    private final Counter bytesIn;
    private final Counter bytesOut;
    private final Counter produceRequests;
    private final Counter fetchRequests;
    private final Counter failedProduceRequests;
    private final Counter failedFetchRequests;
    private final @Nullable TopicTraffic whole;

    /**
     * @param whole the broker's own traffic; null for that itself
     */
    TopicTraffic(MeterRegistry registry, Tags tags, @Nullable TopicTraffic whole) {
        this.messagesIn = registry.counter(MetricNames.MESSAGES_IN, tags);
        this.bytesIn = registry.counter(MetricNames.BYTES_IN, tags);
        this.bytesOut = registry.counter(MetricNames.BYTES_OUT, tags);
        this.produceRequests = registry.counter(MetricNames.PRODUCE_REQUESTS, tags);
        this.fetchRequests = registry.counter(MetricNames.FETCH_REQUESTS, tags);
        this.failedProduceRequests = registry.counter(MetricNames.FAILED_PRODUCE_REQUESTS, tags);
        this.failedFetchRequests = registry.counter(MetricNames.FAILED_FETCH_REQUESTS, tags);
        this.whole = whole;
    }

    /** Takes the series of a topic that is gone out of the registry. */
    void remove(MeterRegistry registry) {
        for (Counter counter :
                List.of(
                        messagesIn,
                        bytesIn,
                        bytesOut,
                        produceRequests,
                        fetchRequests,
                        failedProduceRequests,
                        failedFetchRequests)) {
            registry.remove(counter);
        }
    }

    public void produced(long bytes, long records) {
        produceRequests.increment();
        bytesIn.increment((double) bytes);
        messagesIn.increment((double) records);
        if (whole != null) {
            whole.produced(bytes, records);
        }
    }

    public void produceFailed() {
        produceRequests.increment();
        failedProduceRequests.increment();
        if (whole != null) {
            whole.produceFailed();
        }
    }

    public void fetched(long bytes) {
        fetchRequests.increment();
        bytesOut.increment((double) bytes);
        if (whole != null) {
            whole.fetched(bytes);
        }
    }

    public void fetchFailed() {
        fetchRequests.increment();
        failedFetchRequests.increment();
        if (whole != null) {
            whole.fetchFailed();
        }
    }

    /** A fetch that was counted as such failed while its records were sent. */
    public void sendFailed() {
        failedFetchRequests.increment();
        if (whole != null) {
            whole.sendFailed();
        }
    }
}
