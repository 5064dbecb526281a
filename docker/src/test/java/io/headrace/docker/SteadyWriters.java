package io.headrace.docker;

import io.headrace.testkit.http.Http;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Two clients that write until they are closed, and keep what was acknowledged and where: a stock
 * Kafka producer, and one that posts to the gateways. Neither repeats a record itself; what failed
 * or got no answer may be stored or not.
 *
 * <p>Values are {@code <partition>-<number>}, and numbers go up by one in each partition.
 */
final class SteadyWriters implements AutoCloseable {

    /** Records of the Kafka producer that may wait for an answer. */
    static final int IN_FLIGHT_MAX = 200;

    /** What one client knows to be stored: value by offset by partition. */
    record Acknowledged(String topic, Map<Integer, NavigableMap<Long, String>> offsets) {
        Acknowledged(String topic) {
            this(topic, new ConcurrentHashMap<>());
        }

        void add(int partition, long offset, String value) {
            offsets.computeIfAbsent(partition, _ -> new ConcurrentSkipListMap<>())
                    .merge(offset, value, (a, b) -> a + " and " + b);
        }

        int count(int partition) {
            NavigableMap<Long, String> found = offsets.get(partition);
            return found == null ? 0 : found.size();
        }
    }

    private final int partitions;
    private final Acknowledged byKafka;
    private final Acknowledged byHttp;
    private final String url;
    private final AtomicLong failures = new AtomicLong();
    private final Semaphore inFlight = new Semaphore(IN_FLIGHT_MAX);
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(2);
    private final List<ScheduledFuture<?>> writing;
    private final Http http = new Http();
    private final KafkaProducer<byte[], String> producer;
    private long kafkaNumber;
    private long httpNumber;

    SteadyWriters(
            String bootstrap, String gateway, String kafkaTopic, String httpTopic, int partitions) {
        this.partitions = partitions;
        byKafka = new Acknowledged(kafkaTopic);
        byHttp = new Acknowledged(httpTopic);
        url = gateway + "/topics/" + httpTopic;
        producer =
                new KafkaProducer<>(
                        Map.of(
                                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                bootstrap,
                                ProducerConfig.ACKS_CONFIG,
                                "all",
                                ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                                5_000,
                                ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                                180_000),
                        new ByteArraySerializer(),
                        new StringSerializer());
        writing =
                List.of(
                        threads.scheduleWithFixedDelay(
                                this::sendByKafka, 0, 10, TimeUnit.MILLISECONDS),
                        threads.scheduleWithFixedDelay(
                                this::sendByHttp, 0, 20, TimeUnit.MILLISECONDS));
    }

    Acknowledged byKafka() {
        return byKafka;
    }

    Acknowledged byHttp() {
        return byHttp;
    }

    /** Records and requests that got no good answer. */
    long failures() {
        return failures.get();
    }

    private void sendByKafka() {
        kafkaNumber++;
        for (int each = 0; each < partitions; each++) {
            if (!inFlight.tryAcquire()) {
                // The numbers of this partition have a gap, which is no harm: they still go up.
                continue;
            }
            int partition = each;
            String value = partition + "-" + kafkaNumber;
            var _ =
                    producer.send(
                            new ProducerRecord<>(byKafka.topic(), partition, null, value),
                            (stored, failure) -> {
                                inFlight.release();
                                if (failure == null) {
                                    byKafka.add(partition, stored.offset(), value);
                                } else {
                                    failures.incrementAndGet();
                                }
                            });
        }
    }

    private void sendByHttp() {
        httpNumber++;
        StringJoiner body = new StringJoiner(",", "{\"records\":[", "]}");
        for (int partition = 0; partition < partitions; partition++) {
            body.add(
                    "{\"partition\":%1$d,\"value\":\"%1$d-%2$d\"}"
                            .formatted(partition, httpNumber));
        }
        try {
            HttpResponse<String> answer =
                    http.post(url, "application/vnd.kafka.text.v2+json", body.toString());
            if (answer.statusCode() != 200) {
                failures.incrementAndGet();
                return;
            }
            for (JsonNode record : JsonMapper.shared().readTree(answer.body()).path("offsets")) {
                if (record.path("offset").isNumber()) {
                    int partition = record.path("partition").asInt();
                    byHttp.add(
                            partition,
                            record.path("offset").asLong(),
                            partition + "-" + httpNumber);
                } else {
                    failures.incrementAndGet();
                }
            }
        } catch (UncheckedIOException _) {
            failures.incrementAndGet();
        }
    }

    /** Ends the writing; what is on its way still gets its answer. */
    @Override
    public void close() {
        threads.close();
        producer.close();
        http.close();
        for (ScheduledFuture<?> each : writing) {
            if (each.state() == Future.State.FAILED) {
                throw new IllegalStateException("a writer broke off", each.exceptionNow());
            }
        }
    }
}
