package io.headrace.standalone;

import io.headrace.model.telemetry.TroubleWatch;
import io.headrace.standalone.StandaloneOptions.Parts;
import java.util.ArrayList;
import java.util.List;

/**
 * What each service is told on its command line: where it listens, where its data and ZooKeeper
 * are. Everything else comes from its own configuration file.
 */
record ServiceArguments(StandaloneOptions options, DataFolder data, String zooKeeper) {

    private static final String KAFKA = "--headrace.broker.kafka.listeners.PLAINTEXT.";

    /** One service looks at the process that they share. */
    private static final String ANOTHER_WATCHES = "--" + TroubleWatch.WATCHES_PROCESS + "=false";

    List<String> admin() {
        List<String> args = common("admin", options.adminPort());
        args.add("--headrace.admin.data-dir=" + data.admin());
        if (options.parts() == Parts.ALL) {
            args.add(ANOTHER_WATCHES);
        }
        if (options.listen().equals(StandaloneOptions.LOOPBACK)) {
            // Only the gateway beside it can say X-Forwarded-Host; links then name the gateway.
            args.add("--server.forward-headers-strategy=framework");
        }
        return args;
    }

    List<String> broker() {
        List<String> args = common("broker", options.brokerPort());
        args.add("--headrace.broker.id=" + options.brokerId());
        args.add("--headrace.broker.data-dir=" + data.broker());
        args.add(KAFKA + "host=" + options.listen());
        args.add(KAFKA + "port=" + options.kafkaPort());
        return args;
    }

    List<String> gateway() {
        List<String> args = common("gateway", options.gatewayPort());
        args.add(ANOTHER_WATCHES); // or the admin-service, where there is no broker
        return args;
    }

    private List<String> common(String service, int port) {
        List<String> args = new ArrayList<>();
        args.add("--" + OneServiceFilter.SERVICE + "=" + service);
        args.add("--headrace.zookeeper.connect=" + zooKeeper);
        args.add("--server.address=" + options.listen());
        args.add("--server.port=" + port);
        args.add("--headrace." + service + ".advertised-url=" + options.url(port));
        args.add("--spring.main.banner-mode=off");
        args.add("--spring.main.register-shutdown-hook=false");
        options.config()
                .ifPresent(
                        dir ->
                                args.add(
                                        "--spring.config.additional-location=optional:file:"
                                                + dir
                                                + "/"));
        return args;
    }
}
