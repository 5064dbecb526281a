package io.headrace.admin.wiring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.springframework.beans.factory.config.BeanPostProcessor;

/** Makes sure that the folder of an H2 database can be written before the database is opened. */
final class DataDirectory implements BeanPostProcessor {

    private final Path directory;
    private final boolean isNeeded;

    DataDirectory(Path directory, boolean isNeeded) {
        this.directory = directory;
        this.isNeeded = isNeeded;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (isNeeded && bean instanceof DataSource) {
            try {
                Files.createDirectories(directory);
                Path probe = Files.createTempFile(directory, "probe", ".tmp");
                Files.delete(probe);
            } catch (IOException e) {
                throw new DataDirectoryException(directory, e);
            }
        }
        return bean;
    }
}
