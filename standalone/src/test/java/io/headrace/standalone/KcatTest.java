package io.headrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kcat: librdkafka, the client under most languages but Java. */
@ExtendWith(SharedPlatform.class)
class KcatTest {

    @TempDir Path temp;

    private PlatformProcess platform;

    @BeforeEach
    void platform(PlatformProcess shared) {
        platform = shared;
    }

    private String kcat(String input, String... args) throws Exception {
        String[] all = new String[args.length + 2];
        all[0] = "-b";
        all[1] = platform.bootstrapServers();
        System.arraycopy(args, 0, all, 2, args.length);
        return InstalledProgram.named("kcat").run(temp, input, all);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void kcat_reads_what_it_wrote(String codec) throws Exception {
        String topic = "kcat-" + codec;
        platform.createTopic(topic, 1);
        String repeated = "the same again ".repeat(50);
        String input = "a:%s\nb:%s\n".formatted(repeated, repeated);
        kcat(input, "-P", "-t", topic, "-K:", "-z", codec, "-H", "kind=test");
        assertThat(kcat("", "-C", "-t", topic, "-e", "-q", "-f", "%o %k %s %h\n"))
                .isEqualTo("0 a %s kind=test\n1 b %s kind=test\n".formatted(repeated, repeated));
    }

    @Test
    void kcat_lists_looks_up_and_reads_in_a_group_that_goes_on_where_it_was() throws Exception {
        platform.createTopic("kcat-group", 3);
        for (int partition = 0; partition < 3; partition++) {
            kcat("one\ntwo\n", "-P", "-t", "kcat-group", "-p", "" + partition);
        }
        assertThat(kcat("", "-L", "-t", "kcat-group"))
                .contains("topic \"kcat-group\" with 3 partitions", "partition 2, leader 1");
        assertThat(kcat("", "-Q", "-t", "kcat-group:1:0")).contains("[1] offset 0");
        assertThat(read(6)).containsOnlyOnce("0 0 one").containsOnlyOnce("2 1 two");
        kcat("three\n", "-P", "-t", "kcat-group", "-p", "1");
        assertThat(read(1)).isEqualTo("1 2 three\n");
    }

    private String read(int count) throws Exception {
        return kcat(
                "",
                "-q",
                "-c",
                "" + count,
                "-f",
                "%p %o %s\n",
                "-X",
                "auto.offset.reset=earliest",
                "-G",
                "kcat-readers",
                "kcat-group");
    }
}
