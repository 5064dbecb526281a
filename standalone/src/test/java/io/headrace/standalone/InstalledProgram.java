package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program of the machine (kcat, node, npm), run to its end.
 *
 * <p>Where it is not installed the test is skipped and says so; in CI, which installs it, that is a
 * failure.
 */
record InstalledProgram(Path path) {

    private static final long LIMIT_S = 60;

    static InstalledProgram named(String name) {
        for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
            Path path = Path.of(folder, name);
            if (Files.isExecutable(path)) {
                return new InstalledProgram(path);
            }
        }
        String missing = name + " is not installed (.ci/run installs it)";
        assertThat(System.getenv("CI")).as(missing).isNotEqualTo("true");
        assumeTrue(false, missing);
        throw new IllegalStateException(missing);
    }

    /**
     * Answers what it printed as its result; another exit code than 0 is a failure that carries
     * that and what it said besides.
     */
    String run(Path folder, String input, String... args) throws IOException, InterruptedException {
        Path in = Files.createTempFile("headrace-in-", ".txt");
        Path out = Files.createTempFile("headrace-out-", ".txt");
        Path err = Files.createTempFile("headrace-err-", ".txt");
        try {
            Files.writeString(in, input);
            List<String> command = new ArrayList<>();
            command.add(path.toString());
            command.addAll(List.of(args));
            Process process =
                    new ProcessBuilder(command)
                            .directory(folder.toFile())
                            .redirectInput(in.toFile())
                            .redirectOutput(out.toFile())
                            .redirectError(err.toFile())
                            .start();
            boolean ended = process.waitFor(LIMIT_S, TimeUnit.SECONDS);
            process.destroyForcibly();
            String printed = Files.readString(out, StandardCharsets.UTF_8);
            String said = Files.readString(err, StandardCharsets.UTF_8);
            String both = "%s printed %s and said %s".formatted(command, printed, said);
            assertThat(ended).as("in time; %s", both).isTrue();
            assertThat(process.exitValue()).as("%s", both).isZero();
            if (!said.isEmpty()) {
                System.out.println(both);
            }
            return printed;
        } finally {
            Files.delete(in);
            Files.delete(out);
            Files.delete(err);
        }
    }
}
