package io.headrace.system.bug;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BugAgentTest {

    @TempDir private Path folder;

    @ParameterizedTest
    @EnumSource
    void everyBugFitsTheClassThatItIsMeantFor(SeededBug bug) throws IOException {
        byte[] before = bytesOf(bug.type());

        byte[] after = BugAgent.with(bug, before);

        assertThat(after).isNotEqualTo(before);
        assertThat(ClassFile.of().verify(after)).isEmpty();
    }

    @Test
    void theJarHoldsTheAgentAndWhatItNeeds() throws IOException {
        Path jar = folder.resolve("bug.jar");

        BugAgent.writeJar(jar);

        assertThat(Files.size(jar)).isPositive();
        try (JarFile file = new JarFile(jar.toFile())) {
            assertThat(file.getManifest().getMainAttributes().getValue("Premain-Class"))
                    .isEqualTo(BugAgent.class.getName());
            assertThat(file.stream().filter(entry -> entry.getName().endsWith(".class")))
                    .hasSize(5);
        }
    }

    private static byte[] bytesOf(String type) throws IOException {
        try (InputStream in =
                BugAgentTest.class.getClassLoader().getResourceAsStream(type + ".class")) {
            assertThat(in).as(type).isNotNull();
            return in.readAllBytes();
        }
    }
}
