package io.headrace.bench.fetch;

import io.headrace.bench.machine.Calls;
import io.headrace.bench.machine.ProcessUsage;
import io.headrace.testkit.process.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** An nginx that serves one folder with {@code sendfile on}, in processes of its own. */
final class Nginx implements AutoCloseable {

    static final String HOW_TO_INSTALL =
            "nginx is not installed, so its side is skipped; install it with: apt-get install nginx-light";

    private final Process process;
    private final int port;

    private Nginx(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** The program, where it is installed. */
    static Optional<Path> program() {
        Stream<String> path = Stream.of(System.getenv().getOrDefault("PATH", "").split(":"));
        return Stream.concat(path, Stream.of("/usr/sbin", "/usr/local/sbin"))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, "nginx"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * @param work for its own files
     * @param served the folder that is served
     */
    static Nginx start(Path program, Path work, Path served)
            throws IOException, InterruptedException {
        Files.createDirectories(work);
        int port = FreePorts.one();
        Path configuration = work.resolve("nginx.conf");
        Files.writeString(configuration, configuration(work, port, served));
        List<String> command =
                List.of(
                        program.toString(),
                        "-c",
                        configuration.toAbsolutePath().toString(),
                        "-e",
                        work.resolve("start.log").toAbsolutePath().toString());
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(work.resolve("console.txt").toFile())
                        .start();
        Nginx nginx = new Nginx(process, port);
        try {
            Calls.awaitOk("http://127.0.0.1:" + port + "/up", Duration.ofSeconds(10));
        } catch (IOException e) {
            nginx.close();
            throw e;
        }
        return nginx;
    }

    private static String configuration(Path work, int port, Path served) {
        return """
            daemon off;
            user %4$s;
            worker_processes auto;
            pid %1$s/nginx.pid;
            error_log %1$s/error.log;
            events { worker_connections 256; }
            http {
              access_log off;
              sendfile on;
              tcp_nodelay on;
              keepalive_requests 1000000000;
              client_body_temp_path %1$s/body;
              proxy_temp_path %1$s/proxy;
              fastcgi_temp_path %1$s/fastcgi;
              uwsgi_temp_path %1$s/uwsgi;
              scgi_temp_path %1$s/scgi;
              server {
                listen 127.0.0.1:%2$d;
                root %3$s;
                location = /up { return 200 "up"; }
              }
            }
            """
                .formatted(
                        work.toAbsolutePath(),
                        port,
                        served.toAbsolutePath(),
                        System.getProperty("user.name"));
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    ProcessUsage usage() {
        return new ProcessUsage(process.pid());
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
