package io.headrace.admin.controller;

import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What elections so far have seen of brokers; kept in {@code /controller/brokers} for the next
 * controller and for leaders.
 *
 * @param admitted broker epochs that a leader may add to an ISR, by broker id
 * @param last what was seen last, also of brokers that are gone, by broker id
 */
public record Remembered(Map<Integer, Long> admitted, Map<Integer, Last> last) {

    /** Before the first election of a cluster. */
    public static final Remembered NOTHING = new Remembered(Map.of(), Map.of());

    /**
     * @param directoryId empty when it is not known
     */
    public record Last(long epoch, String directoryId) {}

    public Remembered {
        admitted = Map.copyOf(admitted);
        last = Map.copyOf(last);
    }

    /** When elections have seen the image, too. A broker that stops is admitted no more. */
    Remembered after(ClusterImage image) {
        Map<Integer, Last> seen = new HashMap<>(last);
        for (BrokerRegistration broker : image.brokers().values()) {
            seen.put(broker.id(), new Last(broker.epoch(), broker.directoryId()));
        }
        return new Remembered(admissible(image), seen);
    }

    /** Without the admissions that the image does not bear out; written before the elections. */
    Remembered withoutChanged(ClusterImage image) {
        Map<Integer, Long> admissible = admissible(image);
        return new Remembered(
                admitted.entrySet().stream()
                        .filter(entry -> entry.getValue().equals(admissible.get(entry.getKey())))
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)),
                last);
    }

    private static Map<Integer, Long> admissible(ClusterImage image) {
        return image.brokers().values().stream()
                .filter(broker -> !broker.isStopping())
                .collect(Collectors.toMap(BrokerRegistration::id, BrokerRegistration::epoch));
    }
}
