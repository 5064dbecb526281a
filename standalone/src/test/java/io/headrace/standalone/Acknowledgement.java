package io.headrace.standalone;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads what produce answered: an offset per record, one after the other. */
final class Acknowledgement {

    private Acknowledgement() {}

    static long firstOffset(String body, int partition, int count) {
        JsonNode offsets = JsonMapper.shared().readTree(body).path("offsets");
        if (offsets.size() != count) {
            throw new AssertionError(count + " records got " + offsets.size() + " offsets");
        }
        long first = offsets.path(0).path("offset").asLong(-1);
        for (int i = 0; i < count; i++) {
            JsonNode one = offsets.path(i);
            if (one.path("offset").asLong(-1) != first + i
                    || one.path("partition").asInt(-1) != partition) {
                throw new AssertionError("record " + i + " after offset " + first + " got " + one);
            }
        }
        return first;
    }
}
