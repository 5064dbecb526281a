package io.headrace.bench.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalDouble;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the best known HTTP front for Kafka did on a machine of this kind, in another run: {@code
 * peer-figures.json}.
 */
final class PeerFigures {

    private final JsonNode root;

    private PeerFigures(JsonNode root) {
        this.root = root;
    }

    static PeerFigures load() throws IOException {
        try (InputStream in = PeerFigures.class.getResourceAsStream("peer-figures.json")) {
            if (in == null) {
                throw new IOException("peer-figures.json is not on the class path");
            }
            return new PeerFigures(JsonMapper.shared().readTree(in));
        }
    }

    String remark() {
        return root.path("remark").asString();
    }

    OptionalDouble produce(int records, int connections, String figure) {
        for (JsonNode row : root.path("produce")) {
            if (row.path("records").asInt() == records
                    && row.path("connections").asInt() == connections) {
                return OptionalDouble.of(row.path(figure).asDouble());
            }
        }
        return OptionalDouble.empty();
    }

    OptionalDouble consume(int readers, String figure) {
        for (JsonNode row : root.path("consume")) {
            if (row.path("readers").asInt() == readers) {
                return OptionalDouble.of(row.path(figure).asDouble());
            }
        }
        return OptionalDouble.empty();
    }

    double start(String figure) {
        return root.path("start").path(figure).asDouble();
    }
}
