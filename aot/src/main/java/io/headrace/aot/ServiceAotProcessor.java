package io.headrace.aot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.boot.SpringApplicationAotProcessor;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.javapoet.ClassName;

/**
 * Spring Boot's AOT processor, with the service's name in the name of every class that it writes.
 *
 * <p>Why: Spring writes classes beside those that they describe, most of them Spring Boot's own,
 * and several services share one JVM in standalone. Without their names in them the classes of one
 * service would hide those of another.
 *
 * <p>Spring Boot looks for {@code <application>__ApplicationContextInitializer}; a class of that
 * name, which calls the one that was written, is written, too.
 */
public final class ServiceAotProcessor extends SpringApplicationAotProcessor {

    private static final String SUFFIX = "Application";

    private final Settings settings;

    private ServiceAotProcessor(Class<?> application, Settings settings) {
        super(application, settings, new String[0]);
        this.settings = settings;
    }

    /**
     * @param args application class, folder of sources, folder of resources, folder of classes,
     *     group id, artifact id
     */
    public static void main(String[] args) throws ClassNotFoundException {
        new ServiceAotProcessor(
                        Class.forName(args[0]),
                        Settings.builder()
                                .sourceOutput(Path.of(args[1]))
                                .resourceOutput(Path.of(args[2]))
                                .classOutput(Path.of(args[3]))
                                .groupId(args[4])
                                .artifactId(args[5])
                                .build())
                .process();
    }

    @Override
    protected ClassNameGenerator createClassNameGenerator() {
        return new ClassNameGenerator(ClassName.get(getApplicationClass()), serviceName());
    }

    @Override
    protected ClassName performAotProcessing(GenericApplicationContext context) {
        ClassName written = super.performAotProcessing(context);
        try {
            writeEntry(written);
        } catch (IOException e) {
            throw new IllegalStateException("could not write the entry for " + written, e);
        }
        return written;
    }

    private void writeEntry(ClassName written) throws IOException {
        String name = getApplicationClass().getSimpleName() + "__ApplicationContextInitializer";
        String source =
                """
                package %1$s;

                public class %2$s implements %3$s<%4$s> {
                    @Override
                    public void initialize(%4$s context) {
                        new %5$s().initialize((%6$s) context);
                    }
                }
                """
                        .formatted(
                                getApplicationClass().getPackageName(),
                                name,
                                ApplicationContextInitializer.class.getName(),
                                ConfigurableApplicationContext.class.getName(),
                                written.canonicalName(),
                                GenericApplicationContext.class.getName());
        Path folder =
                settings.getSourceOutput()
                        .resolve(getApplicationClass().getPackageName().replace('.', '/'));
        Files.writeString(Files.createDirectories(folder).resolve(name + ".java"), source);
    }

    /** {@code Broker} of {@code BrokerApplication}. */
    private String serviceName() {
        String name = getApplicationClass().getSimpleName();
        return name.substring(0, name.length() - SUFFIX.length());
    }
}
