package io.headrace.standalone;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.JoranException;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * One server log for the JVM: everything from INFO to {@code headrace.log}, errors to the console
 * as well.
 *
 * <p>Why not Spring Boot's own set-up: it belongs to one application, and three in one JVM would
 * reset each other's. Bounds: {@value #FILES_MAX} files of 16 MiB. A {@code logback.xml} in the
 * configuration folder replaces all of this.
 */
final class ServerLog {

    static final String FILE = "headrace.log";

    private static final int FILES_MAX = 5;
    private static final long FILE_BYTES_MAX = 16L << 20;
    private static final String PATTERN =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level [%thread] %logger{30} %msg %kvp%n";

    private ServerLog() {}

    /** Must come before the first logger is used. */
    static void open(Path folder, Optional<Path> config) throws StartFailure {
        System.setProperty("org.springframework.boot.logging.LoggingSystem", "none");
        System.setProperty("headrace.log.dir", folder.toString());
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        Optional<Path> own =
                config.map(dir -> dir.resolve("logback.xml")).filter(Files::isRegularFile);
        if (own.isPresent()) {
            configureFrom(own.get(), context);
        } else {
            configure(context, folder);
        }
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
    }

    /** Writes out what is buffered. */
    static void close() {
        ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
    }

    private static void configureFrom(Path file, LoggerContext context) throws StartFailure {
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        try {
            configurator.doConfigure(file.toFile());
        } catch (JoranException e) {
            throw new StartFailure(
                    StartFailure.USAGE,
                    file + " is not a valid Logback configuration: " + e.getMessage(),
                    e);
        }
    }

    private static void configure(LoggerContext context, Path folder) {
        RollingFileAppender<ILoggingEvent> file = file(context, folder.resolve(FILE));
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.INFO);
        root.addAppender(file);
        root.addAppender(console(context));
        // A failed start is told in one sentence of ours, not in Boot's block.
        Logger boot = context.getLogger("org.springframework.boot");
        boot.setAdditive(false);
        boot.addAppender(file);
        // One line per connection and per session would be most of the log.
        context.getLogger("org.apache.zookeeper").setLevel(Level.WARN);
        context.getLogger("org.apache.curator").setLevel(Level.WARN);
    }

    private static RollingFileAppender<ILoggingEvent> file(LoggerContext context, Path path) {
        RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
        appender.setContext(context);
        appender.setFile(path.toString());
        appender.setEncoder(encoder(context));
        FixedWindowRollingPolicy names = new FixedWindowRollingPolicy();
        names.setContext(context);
        names.setParent(appender);
        names.setFileNamePattern(path + ".%i");
        names.setMinIndex(1);
        names.setMaxIndex(FILES_MAX - 1);
        names.start();
        SizeBasedTriggeringPolicy<ILoggingEvent> size = new SizeBasedTriggeringPolicy<>();
        size.setContext(context);
        size.setMaxFileSize(new FileSize(FILE_BYTES_MAX));
        size.start();
        appender.setRollingPolicy(names);
        appender.setTriggeringPolicy(size);
        appender.start();
        return appender;
    }

    private static ConsoleAppender<ILoggingEvent> console(LoggerContext context) {
        ThresholdFilter errors = new ThresholdFilter();
        errors.setLevel("ERROR");
        errors.start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setTarget("System.err");
        appender.setEncoder(encoder(context));
        appender.addFilter(errors);
        appender.start();
        return appender;
    }

    private static PatternLayoutEncoder encoder(LoggerContext context) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(PATTERN);
        encoder.start();
        return encoder;
    }
}
