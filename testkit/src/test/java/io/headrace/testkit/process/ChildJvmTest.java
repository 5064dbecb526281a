package io.headrace.testkit.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ChildJvmTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    @Test
    void a_line_is_found_whether_it_came_before_or_after_the_question() {
        try (ChildJvm child = ChildJvm.of(Talker.class.getName()).args("one", "two").start()) {
            assertThat(child.awaitLine(line -> line.contains("two"), LONG)).isEqualTo("said two");
            assertThat(child.awaitLine(line -> line.contains("one"), LONG)).isEqualTo("said one");
            assertThat(child.isAlive()).isTrue();
        }
    }

    @Test
    void terminate_runs_shutdown_hooks_and_kill9_does_not() {
        try (ChildJvm gentle = ChildJvm.of(Talker.class.getName()).args("up").start();
                ChildJvm harsh = ChildJvm.of(Talker.class.getName()).args("up").start()) {
            gentle.awaitLine("said up"::equals, LONG);
            harsh.awaitLine("said up"::equals, LONG);
            assertThat(gentle.terminate(LONG)).isEqualTo(143);
            assertThat(gentle.output()).endsWith("hook ran");
            harsh.kill9();
            assertThat(harsh.isAlive()).isFalse();
            assertThat(harsh.output()).doesNotContain("hook ran");
        }
    }

    @Test
    void a_line_that_never_comes_is_an_error_with_the_output() {
        try (ChildJvm child = ChildJvm.of(Talker.class.getName()).args("up", "exit").start()) {
            assertThatThrownBy(() -> child.awaitLine("never"::equals, LONG))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("ended first")
                    .hasMessageContaining("said up");
            assertThat(child.awaitExit(LONG)).isEqualTo(7);
        }
    }

    /** Says its arguments and then waits for a signal, or exits with 7. */
    static final class Talker {

        public static void main(String[] args) throws InterruptedException {
            Runtime.getRuntime()
                    .addShutdownHook(
                            Thread.ofPlatform().unstarted(() -> System.out.println("hook ran")));
            for (String arg : args) {
                System.out.println("said " + arg);
                if (arg.equals("exit")) {
                    Runtime.getRuntime().halt(7);
                }
            }
            Thread.currentThread().join();
        }
    }
}
