package io.headrace.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.model.ContainerNetwork;
import java.util.List;

/**
 * The containers of one project of compose, by the names of their services.
 *
 * @param engine that Testcontainers found
 */
record Containers(DockerClient engine, String project) {

    private static final String LABEL = "com.docker.compose.";

    private String id(String service) {
        return engine.listContainersCmd()
                .withShowAll(true)
                .withLabelFilter(
                        List.of(LABEL + "project=" + project, LABEL + "service=" + service))
                .exec()
                .getFirst()
                .getId();
    }

    private String network() {
        return engine.listNetworksCmd()
                .withFilter(
                        "label", List.of(LABEL + "project=" + project, LABEL + "network=headrace"))
                .exec()
                .getFirst()
                .getId();
    }

    private InspectContainerResponse inspect(String service) {
        return engine.inspectContainerCmd(id(service)).exec();
    }

    /** SIGKILL; the engine does not start it again by itself. */
    void kill(String service) {
        engine.killContainerCmd(id(service)).exec();
    }

    void start(String service) {
        engine.startContainerCmd(id(service)).exec();
    }

    /** Its process runs on and reaches nobody, nor does anybody reach it. */
    void cutOff(String service) {
        engine.disconnectFromNetworkCmd()
                .withNetworkId(network())
                .withContainerId(id(service))
                .exec();
    }

    /** Back under its name, and not always under its old address. */
    void connect(String service) {
        engine.connectToNetworkCmd()
                .withNetworkId(network())
                .withContainerId(id(service))
                .withContainerNetwork(new ContainerNetwork().withAliases(service))
                .exec();
    }

    boolean isRunning(String service) {
        return Boolean.TRUE.equals(inspect(service).getState().getRunning());
    }

    /** What the image's own health check says. */
    boolean isHealthy(String service) {
        ContainerState state = inspect(service).getState();
        return state.getHealth() != null && "healthy".equals(state.getHealth().getStatus());
    }

    int restarts(String service) {
        return inspect(service).getRestartCount();
    }
}
