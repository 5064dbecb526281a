package io.headrace.bench.machine;

import io.headrace.bench.BenchOptions;
import io.headrace.bench.Mode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One platform for all smoke tests of a test run: started by the first test that takes a {@link
 * Platform}, stopped after the last. Tests use topics of their own.
 */
public final class SharedPlatform implements ParameterResolver {

    private record Running(TemporaryFolder folder, Platform platform) implements AutoCloseable {

        static Running start() {
            try {
                TemporaryFolder folder =
                        TemporaryFolder.below(Path.of(System.getProperty("java.io.tmpdir")));
                return new Running(
                        folder, Platform.start(folder.path().resolve("platform"), "512m"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() throws IOException {
            platform.close();
            folder.close();
        }
    }

    /** Smoke options that measure the platform. */
    public static BenchOptions options(Platform platform, Path folder) {
        return options(platform, folder, "");
    }

    /** The same for some parts. */
    public static BenchOptions options(Platform platform, Path folder, String only) {
        Path runFile = platform.data().resolve("headrace.run");
        return new BenchOptions(
                List.of(),
                Mode.SMOKE,
                folder,
                Optional.empty(),
                only,
                Optional.of(runFile),
                "512m");
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        return parameter.getParameter().getType() == Platform.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
        return test.getRoot()
                .getStore(ExtensionContext.Namespace.GLOBAL)
                .computeIfAbsent(Running.class, key -> Running.start(), Running.class)
                .platform();
    }
}
