package io.headrace.standalone;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.Records;

/**
 * Asks us and Apache Kafka the same and notes where the decoded answers differ.
 *
 * <p>What each side makes up itself (topic ids, member ids, producer ids, ports) is given a name
 * with {@link Side#name} and compared by that name; of error messages only their presence counts.
 */
final class SideBySide implements AutoCloseable {

    /**
     * These may be asked again (a commit that is told twice is the same): a change of topics is
     * answered before every broker knows it, and committed offsets go after their topic, so a
     * difference only counts when it stays for {@link #SETTLING}.
     */
    private static final Set<ApiKeys> LOOKS =
            Set.of(
                    ApiKeys.METADATA,
                    ApiKeys.DESCRIBE_CLUSTER,
                    ApiKeys.DESCRIBE_CONFIGS,
                    ApiKeys.OFFSET_COMMIT,
                    ApiKeys.OFFSET_FETCH,
                    ApiKeys.DESCRIBE_TOPIC_PARTITIONS);

    private static final Duration SETTLING = Duration.ofSeconds(3);
    private static final Uuid UNKNOWN_ID = new Uuid(7, 7);

    /** Ends at a quote that only the end of the field can follow. */
    private static final Pattern MESSAGE_OF_AN_ERROR =
            Pattern.compile(
                    "(errorCode=(?!0\\b)-?\\d+, (?:\\w+=[^=()]*, )*?errorMessage)=(?:null|'.*?'(?=, \\w+=|\\)[,\\])]))",
                    Pattern.DOTALL);

    private static final Pattern MESSAGE_OF_A_RECORD =
            Pattern.compile("(batchIndexErrorMessage)='.*?'(?=\\))", Pattern.DOTALL);

    private static final Pattern MESSAGE_WITH_RECORDS =
            Pattern.compile(
                    "(recordErrors=\\[[^\\]]+\\], errorMessage)='.*?'(?=, currentLeader)",
                    Pattern.DOTALL);

    /** One of the two, with the values that it made up. */
    static final class Side implements AutoCloseable {

        private final String bootstrap;
        private final Map<String, String> names = new LinkedHashMap<>();
        private final Map<String, Object> values = new TreeMap<>();
        private final List<KafkaWire> wires = new ArrayList<>();

        Side(String bootstrap) {
            this.bootstrap = bootstrap;
            names.put(bootstrap.substring(bootstrap.indexOf(':') + 1), "<port>");
        }

        /** Remembers a value of this side for later requests. */
        void keep(String name, Object value) {
            values.put(name, value);
        }

        /** Remembers a value of this side, and compares it by this name. */
        void name(String name, Object value) {
            keep(name, value);
            names.put(value.toString(), "<" + name + ">");
        }

        <T> T value(String name, Class<T> type) {
            Object value = values.get(name);
            if (value == null) {
                throw new AssertionError("this side was never told a " + name);
            }
            return type.cast(value);
        }

        /** The id of a topic that was named; one that nobody knows for any other. */
        Uuid topicId(String topic) {
            Object id = values.get("id of " + topic);
            return id instanceof Uuid known ? known : UNKNOWN_ID;
        }

        /** The n-th connection, opened when first asked for. */
        KafkaWire wire(int n) throws IOException {
            while (wires.size() <= n) {
                wires.add(new KafkaWire(bootstrap));
            }
            return wires.get(n);
        }

        private void reopen(int n) throws IOException {
            wires.get(n).close();
            wires.set(n, new KafkaWire(bootstrap));
        }

        private String text(ApiMessage answer) throws IOException {
            StringBuilder records = new StringBuilder();
            if (answer instanceof FetchResponseData fetch) {
                for (FetchResponseData.FetchableTopicResponse topic : fetch.responses()) {
                    for (FetchResponseData.PartitionData partition : topic.partitions()) {
                        if (partition.records() instanceof Records found) {
                            found.batches().forEach(batch -> records.append(batch).append('\n'));
                            found.records().forEach(record -> records.append(record).append('\n'));
                        }
                        partition.setRecords(null);
                        if (partition.abortedTransactions() == null) {
                            partition.setAbortedTransactions(List.of()); // says the same
                        }
                    }
                }
            }
            String text = answer + "\n" + records;
            for (Map.Entry<String, String> name : names.entrySet()) {
                text = text.replace(name.getKey(), name.getValue());
            }
            text = MESSAGE_OF_A_RECORD.matcher(text).replaceAll("$1=<text>");
            text = MESSAGE_WITH_RECORDS.matcher(text).replaceAll("$1=<text>");
            return MESSAGE_OF_AN_ERROR.matcher(text).replaceAll("$1=<text>").strip();
        }

        @Override
        public void close() throws IOException {
            for (KafkaWire wire : wires) {
                wire.close();
            }
        }
    }

    /** What is done with an answer, for example to name a value in it. */
    @FunctionalInterface
    interface Look<T> {
        void at(Side side, T answer);
    }

    private final Side ours;
    private final Side theirs;
    private final Map<String, String> differences = new TreeMap<>();
    private int asked;

    SideBySide(Side ours, Side theirs) {
        this.ours = ours;
        this.theirs = theirs;
    }

    Side ours() {
        return ours;
    }

    Side theirs() {
        return theirs;
    }

    /** How many questions both were asked. */
    int asked() {
        return asked;
    }

    /** Name of the question, and both answers. */
    Map<String, String> differences() {
        return differences;
    }

    void forgetDifferences() {
        differences.clear();
    }

    /** Asks both on their first connection, in that version. */
    void ask(String name, ApiKeys key, int version, Function<Side, ApiMessage> request)
            throws IOException {
        ask(name, key, version, request, ApiMessage.class, (side, answer) -> {});
    }

    /** Asks both in every version that the jar knows. */
    void askAll(String name, ApiKeys key, Function<Side, ApiMessage> request) throws IOException {
        askFrom(key.oldestVersion(), name, key, request);
    }

    /** Asks both in every version from that one on. */
    void askFrom(int first, String name, ApiKeys key, Function<Side, ApiMessage> request)
            throws IOException {
        for (int version = first; version <= key.latestVersion(false); version++) {
            ask(name, key, version, request);
        }
    }

    <T extends ApiMessage> void ask(
            String name,
            ApiKeys key,
            int version,
            Function<Side, ApiMessage> request,
            Class<T> type,
            Look<T> look)
            throws IOException {
        String question = key.name + " v" + version + ", " + name;
        long start = System.nanoTime();
        do {
            differences.remove(question);
            send(0, key, version, request);
            receive(name, 0, key, version, type, look);
        } while (differences.containsKey(question)
                && LOOKS.contains(key)
                && System.nanoTime() - start < SETTLING.toNanos());
    }

    /** Sends to both on their n-th connection. */
    void send(int wire, ApiKeys key, int version, Function<Side, ApiMessage> request)
            throws IOException {
        for (Side side : List.of(ours, theirs)) {
            side.wire(wire).send(key, (short) version, request.apply(side));
        }
    }

    /** The answers of both on their n-th connection; compared after the look. */
    <T extends ApiMessage> void receive(
            String name, int wire, ApiKeys key, int version, Class<T> type, Look<T> look)
            throws IOException {
        String[] texts = new String[2];
        int i = 0;
        for (Side side : List.of(ours, theirs)) {
            try {
                ApiMessage answer = side.wire(wire).receive(key, (short) version);
                look.at(side, type.cast(answer));
                texts[i++] = side.text(answer);
            } catch (EOFException e) {
                texts[i++] = "the connection ends";
                side.reopen(wire);
            } catch (SocketTimeoutException e) {
                texts[i++] = "no answer";
                side.reopen(wire);
            }
        }
        asked++;
        if (!texts[0].equals(texts[1])) {
            differences.put(
                    key.name + " v" + version + ", " + name,
                    "\n  headrace: " + texts[0] + "\n  kafka:    " + texts[1]);
        }
    }

    @Override
    public void close() throws IOException {
        ours.close();
        theirs.close();
    }
}
