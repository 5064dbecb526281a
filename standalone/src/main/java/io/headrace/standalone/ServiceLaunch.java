package io.headrace.standalone;

import java.util.List;
import java.util.function.Function;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * One service: how it is started, where it will answer, and what it is told on its command line.
 *
 * @param name also the base name of its configuration file
 * @param option of the launcher that sets the port
 */
record ServiceLaunch(
        String name,
        Function<String[], ConfigurableApplicationContext> run,
        int port,
        String option,
        List<String> args) {

    ServiceLaunch {
        args = List.copyOf(args);
    }

    ConfigurableApplicationContext start() {
        return run.apply(args.toArray(String[]::new));
    }
}
