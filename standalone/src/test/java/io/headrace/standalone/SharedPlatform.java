package io.headrace.standalone;

import io.headrace.testkit.process.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One running platform for all tests of clients: the first that asks for it starts it, the end of
 * the test run stops it. Tests share it, so each names its own topics and groups.
 *
 * <p>A new group waits 100 ms for more members instead of Kafka's 3 s: dozens of groups are made.
 * Retention is applied each second instead of after five minutes, so that a test whose records are
 * too old for it fails each time and not only in the run in which those five minutes end beside it.
 */
final class SharedPlatform implements ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(SharedPlatform.class);

    private static final String BROKER =
            """
            headrace.broker.groups.initial-rebalance-delay: 100ms
            headrace.broker.retention-check: 1s
            """;

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == PlatformProcess.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent("platform", key -> Running.start(), Running.class)
                .platform();
    }

    /** Closed by JUnit when the run ends. */
    private record Running(PlatformProcess platform, Path folder) implements AutoCloseable {

        static Running start() {
            try {
                Path folder = Files.createTempDirectory("headrace-clients-");
                Path config = Files.createDirectory(folder.resolve("config"));
                Files.writeString(config.resolve("broker.yml"), BROKER);
                Path data = folder.resolve("data");
                return new Running(PlatformProcess.up(data, "--config", config.toString()), folder);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            platform.close();
            Folders.delete(folder);
        }
    }
}
