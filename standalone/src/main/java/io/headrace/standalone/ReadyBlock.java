package io.headrace.standalone;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a person sees when the platform is ready: addresses, and three lines to paste. */
final class ReadyBlock {

    private static final int CALL_MS_MAX = 10_000;

    private ReadyBlock() {}

    /** Asks through the gateway, so that the whole way from the front door to the admin works. */
    static String clusterId(String gatewayUrl) throws IOException {
        HttpURLConnection call =
                (HttpURLConnection)
                        URI.create(gatewayUrl + "/v3/clusters").toURL().openConnection();
        call.setConnectTimeout(CALL_MS_MAX);
        call.setReadTimeout(CALL_MS_MAX);
        try (InputStream body = call.getInputStream()) {
            JsonNode id = JsonMapper.shared().readTree(body).at("/data/0/cluster_id");
            if (!id.isString()) {
                throw new IOException("the admin-service names no cluster");
            }
            return id.stringValue();
        } finally {
            call.disconnect();
        }
    }

    private static String broker(StandaloneOptions options) {
        return options.parts() == StandaloneOptions.Parts.CONTROL
                ? "  brokers  processes of their own\n"
                : "  broker   %s\n  kafka    %s   (bootstrap.servers of Kafka clients)\n"
                        .formatted(options.url(options.brokerPort()), options.bootstrapServers());
    }

    static String ofBroker(StandaloneOptions options, double seconds) {
        return "Headrace is ready in %.1f s: broker %d, %s, kafka %s%n"
                .formatted(
                        seconds,
                        options.brokerId(),
                        options.url(options.brokerPort()),
                        options.bootstrapServers());
    }

    static String text(
            StandaloneOptions options, DataFolder data, String clusterId, double seconds) {
        String gateway = options.url(options.gatewayPort());
        return """

                Headrace is ready in %s s.

                  gateway  %s   (API pages: %s/openapi)
                  admin    %s
                %s  data     %s
                  log      %s

                Paste these to create a topic, produce to it, and follow it:

                  curl -H 'Content-Type: application/json' -d '{"topic_name":"hello","partitions_count":1}' %s/v3/clusters/%s/topics
                  curl -H 'Content-Type: application/vnd.kafka.json.v2+json' -d '{"records":[{"value":{"greeting":"hi"}}]}' %s/topics/hello
                  curl -N -H 'Accept: text/event-stream' '%s/topics/hello/partitions/0/records?offset=0'

                Ctrl-C stops it.
                """
                .formatted(
                        String.format(Locale.ROOT, "%.1f", seconds),
                        gateway,
                        gateway,
                        options.url(options.adminPort()),
                        broker(options),
                        data.root(),
                        data.logs().resolve(ServerLog.FILE),
                        gateway,
                        clusterId,
                        gateway,
                        gateway);
    }
}
