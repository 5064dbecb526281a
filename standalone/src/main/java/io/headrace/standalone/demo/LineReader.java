package io.headrace.standalone.demo;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a file as bytes, cut as the gateway cuts a plain body: at line feeds, without a
 * carriage return before them; an end without a line feed is a line as well.
 */
final class LineReader implements AutoCloseable {

    private static final int BUFFER_SIZE = 1 << 18;

    private final InputStream in;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);

    LineReader(Path file) throws IOException {
        in = new BufferedInputStream(Files.newInputStream(file), BUFFER_SIZE);
    }

    /** The next line without its end, or null at the end of the file. */
    byte @Nullable [] next() throws IOException {
        line.reset();
        int read;
        while ((read = in.read()) >= 0) {
            if (read == '\n') {
                return withoutCarriageReturn(line.toByteArray());
            }
            line.write(read);
        }
        return line.size() == 0 ? null : line.toByteArray();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    private static byte[] withoutCarriageReturn(byte[] bytes) {
        int length = bytes.length;
        return length > 0 && bytes[length - 1] == '\r' ? Arrays.copyOf(bytes, length - 1) : bytes;
    }
}
