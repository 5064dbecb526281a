package io.headrace.system.load;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A member of a group in a process of its own, to be stopped from outside: reads, and never
 * commits, for what it read is in no history. Says once who it is and what it was given: whoever
 * has stopped it commits in its name, as it would when it is not told that it is dead.
 */
public final class Bystander {

    /** What it says when it has partitions; its id and generation follow. */
    public static final String OWNS = "owns";

    private Bystander() {}

    /** Bootstrap servers, group, topic. */
    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Map<String, Object> settings =
                new HashMap<>(AssignedReader.settings(arguments[0], "bystander"));
        settings.put("group.id", arguments[1]);
        settings.put("auto.offset.reset", "earliest");
        settings.putAll(GroupMember.SESSION);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.subscribe(List.of(arguments[2]));
            boolean hasSaid = false;
            while (true) {
                consumer.poll(Duration.ofMillis(200));
                if (!hasSaid && !consumer.assignment().isEmpty()) {
                    out.println(
                            OWNS
                                    + " "
                                    + consumer.groupMetadata().memberId()
                                    + " "
                                    + consumer.groupMetadata().generationId()
                                    + " "
                                    + consumer.assignment());
                    hasSaid = true;
                }
            }
        }
    }
}
