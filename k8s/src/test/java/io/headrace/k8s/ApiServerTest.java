package io.headrace.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An API server (a mock one, that stores) takes what is applied, also the second time. */
class ApiServerTest {

    private final KubernetesMockServer server =
            new KubernetesMockServer(
                    new Context(),
                    new MockWebServer(),
                    new HashMap<>(),
                    new KubernetesCrudDispatcher(),
                    false);
    private KubernetesClient client;

    static Stream<Manifests> overlays() {
        return Manifests.OVERLAYS.stream().map(Manifests::of);
    }

    @BeforeEach
    void start() {
        server.init();
        client = server.createClient();
    }

    @AfterEach
    void stop() {
        client.close();
        server.destroy();
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void it_stores_every_resource_and_applying_again_changes_nothing(Manifests manifests) {
        for (HasMetadata resource : manifests.resources()) {
            of(resource).create();
        }
        Map<String, Object> first = stored(manifests);
        assertThat(first).hasSameSizeAs(manifests.resources());
        for (HasMetadata resource : manifests.resources()) {
            of(resource).createOr(NonDeletingOperation::update);
        }
        assertThat(stored(manifests)).isEqualTo(first);
    }

    /** The operator's kinds are looked up nowhere: the mock server has no list of them. */
    private Resource<? extends HasMetadata> of(HasMetadata resource) {
        if (resource instanceof GenericKubernetesResource generic) {
            return client.genericKubernetesResources(
                            new ResourceDefinitionContext.Builder()
                                    .withGroup("monitoring.coreos.com")
                                    .withVersion("v1")
                                    .withKind(generic.getKind())
                                    .withPlural(generic.getKind().toLowerCase(Locale.ROOT) + "s")
                                    .withNamespaced(true)
                                    .build())
                    .resource(generic);
        }
        return client.resource(resource);
    }

    /** What the server has, without its own counters. */
    private Map<String, Object> stored(Manifests manifests) {
        Map<String, Object> result = new HashMap<>();
        for (HasMetadata resource : manifests.resources()) {
            HasMetadata found = of(resource).get();
            assertThat(found).as("%s", resource.getMetadata().getName()).isNotNull();
            found.getMetadata().setResourceVersion(null);
            found.getMetadata().setGeneration(null);
            result.put(found.getKind() + "/" + found.getMetadata().getName(), found);
        }
        return result;
    }
}
