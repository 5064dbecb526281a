package io.headrace.standalone;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The command line of {@code Standalone}.
 *
 * @param parts what runs in this process
 * @param brokerId of the broker in this process
 * @param zooKeeper that another process runs; empty to run it here
 * @param data folder of everything that is kept
 * @param listen address that the services listen on
 * @param gatewayPort of the HTTP front door
 * @param kafkaPort where Kafka clients connect
 * @param config folder with {@code admin.yml}, {@code broker.yml}, {@code gateway.yml} or {@code
 *     logback.xml} that override the built-in ones
 */
record StandaloneOptions(
        Parts parts,
        int brokerId,
        Optional<String> zooKeeper,
        Path data,
        String listen,
        int gatewayPort,
        int adminPort,
        int brokerPort,
        int kafkaPort,
        Optional<Path> config) {

    static final String LOOPBACK = "127.0.0.1";

    /** What one process runs. */
    enum Parts {
        /** ZooKeeper, admin, gateway and a broker. */
        ALL,
        /** ZooKeeper, admin and gateway; brokers are processes of their own. */
        CONTROL,
        /** A broker. */
        BROKER
    }

    static StandaloneOptions parse(List<String> args) throws StartFailure {
        Parts parts = Parts.ALL;
        int brokerId = 1;
        Optional<String> zooKeeper = Optional.empty();
        Path data = Path.of("data");
        String listen = LOOPBACK;
        int gatewayPort = 8080;
        int adminPort = 8081;
        int brokerPort = 8082;
        int kafkaPort = 9092;
        Optional<Path> config = Optional.empty();
        Iterator<String> rest = args.iterator();
        while (rest.hasNext()) {
            String option = rest.next();
            switch (option) {
                case "--parts" -> parts = parts(option, value(option, rest));
                case "--broker-id" -> brokerId = number(option, rest, 0, Integer.MAX_VALUE);
                case "--zookeeper" -> zooKeeper = Optional.of(value(option, rest));
                case "--data" -> data = Path.of(value(option, rest));
                case "--listen" -> listen = value(option, rest);
                case "--port" -> gatewayPort = port(option, rest);
                case "--admin-port" -> adminPort = port(option, rest);
                case "--broker-port" -> brokerPort = port(option, rest);
                case "--kafka-port" -> kafkaPort = port(option, rest);
                case "--config" -> config = Optional.of(folder(option, value(option, rest)));
                default ->
                        throw usage(
                                "there is no option "
                                        + option
                                        + "; ./headrace help up lists the options");
            }
        }
        if (zooKeeper.isPresent() != (parts == Parts.BROKER)) {
            throw usage("--zookeeper goes with --parts broker, and only with that");
        }
        return new StandaloneOptions(
                parts,
                brokerId,
                zooKeeper,
                data.toAbsolutePath().normalize(),
                listen,
                gatewayPort,
                adminPort,
                brokerPort,
                kafkaPort,
                config);
    }

    /** Where a program on this machine reaches a service: a wildcard address is not one. */
    String url(int port) {
        return "http://" + host() + ":" + port;
    }

    /** What a Kafka client on this machine begins with. */
    String bootstrapServers() {
        return host() + ":" + kafkaPort;
    }

    private String host() {
        return switch (listen) {
            case "0.0.0.0", "::", "*" -> LOOPBACK;
            default -> listen.contains(":") ? "[" + listen + "]" : listen;
        };
    }

    private static String value(String option, Iterator<String> rest) throws StartFailure {
        if (!rest.hasNext()) {
            throw usage(option + " needs a value");
        }
        return rest.next();
    }

    private static int port(String option, Iterator<String> rest) throws StartFailure {
        return number(option, rest, 1, 65_535);
    }

    private static int number(String option, Iterator<String> rest, int min, int max)
            throws StartFailure {
        String text = value(option, rest);
        try {
            int number = Integer.parseInt(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new StartFailure(
                    StartFailure.USAGE, option + " must be a number, not " + text, e);
        }
        throw usage(option + " must be from " + min + " to " + max + ", not " + text);
    }

    private static Parts parts(String option, String text) throws StartFailure {
        for (Parts parts : Parts.values()) {
            if (parts.name().toLowerCase(Locale.ROOT).equals(text)) {
                return parts;
            }
        }
        throw usage(option + " is all, control or broker, not " + text);
    }

    private static Path folder(String option, String text) throws StartFailure {
        Path folder = Path.of(text).toAbsolutePath().normalize();
        if (!Files.isDirectory(folder)) {
            throw usage(option + " must be a folder, and " + folder + " is not one");
        }
        return folder;
    }

    private static StartFailure usage(String sentence) {
        return new StartFailure(StartFailure.USAGE, sentence);
    }
}
