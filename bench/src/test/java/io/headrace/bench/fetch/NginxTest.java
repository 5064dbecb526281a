package io.headrace.bench.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.headrace.bench.load.HttpLoad;
import io.headrace.bench.load.LoadResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NginxTest {

    @Test
    void serves_ranges_of_a_file_and_stops(@TempDir Path folder) throws Exception {
        Optional<Path> program = Nginx.program();
        assumeTrue(program.isPresent(), Nginx.HOW_TO_INSTALL);
        Path served = Files.createDirectories(folder.resolve("served"));
        Files.write(served.resolve("segment.log"), new byte[100_000]);
        List<Asks.Piece> pieces =
                List.of(
                        Asks.Piece.get("h", "/segment.log", "Range: bytes=10-1009\r\n", 1_000),
                        Asks.Piece.get("h", "/segment.log", "", 100_000));
        try (Nginx nginx = Nginx.start(program.orElseThrow(), folder.resolve("work"), served)) {
            LoadResult result =
                    new HttpLoad(nginx.address(), nginx.usage())
                            .run(
                                    2,
                                    i -> new Asks(pieces, i),
                                    Duration.ZERO,
                                    Duration.ofMillis(300));
            assertThat(result.errors()).as(result.firstError()).isZero();
            assertThat(result.requests()).isPositive();
            assertThat(nginx.usage().residentMiB()).isPositive();
        }
    }
}
