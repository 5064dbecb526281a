package io.headrace.standalone;

import io.headrace.testkit.process.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One running cluster for all tests that break parts of one: the first that asks for it starts it,
 * the end of the test run stops it. Each test names its own topics and leaves all parts running.
 */
final class SharedCluster implements ParameterResolver {

    private static final Namespace NAMESPACE = Namespace.create(SharedCluster.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == PartsCluster.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent("cluster", key -> Running.start(), Running.class)
                .cluster();
    }

    /** Closed by JUnit when the run ends. */
    private record Running(PartsCluster cluster, Path folder) implements AutoCloseable {

        static Running start() {
            try {
                Path folder = Files.createTempDirectory("headrace-cluster-");
                return new Running(PartsCluster.up(folder), folder);
            } catch (Exception e) {
                throw new IllegalStateException("the cluster does not start", e);
            }
        }

        @Override
        public void close() throws IOException {
            cluster.close();
            Folders.delete(folder);
        }
    }
}
