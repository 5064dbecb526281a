package io.headrace.gateway.consume;

import io.headrace.gateway.http.HttpFailure;

/**
 * The id of a Server-Sent Event: {@code <partition>-<offset>} of its record, so that {@code
 * Last-Event-ID} says after which record to go on.
 */
final class EventId {

    private EventId() {}

    /**
     * The offset in an id of this partition.
     *
     * @throws HttpFailure 400 for anything else
     */
    static long parse(String id, int partition) {
        int dash = id.indexOf('-');
        if (dash > 0 && id.length() <= 32) {
            try {
                long offset = Long.parseLong(id.substring(dash + 1));
                if (Integer.parseInt(id.substring(0, dash)) == partition
                        && offset >= 0
                        && offset < Long.MAX_VALUE) {
                    return offset;
                }
            } catch (NumberFormatException e) {
                throw notAnId(partition);
            }
        }
        throw notAnId(partition);
    }

    private static HttpFailure notAnId(int partition) {
        return HttpFailure.badRequest(
                "Last-Event-ID must be an id of this partition, like '" + partition + "-42'.");
    }
}
