package io.headrace.admin.topic;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.audit.Caller;
import io.headrace.admin.controller.ControllerEvent.AlterConfig;
import io.headrace.admin.controller.ControllerEvent.SettingChange;
import io.headrace.admin.envelope.V3Clusters;
import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3List;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicSetting;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Settings of topics over HTTP. */
@RestController
@RequestMapping(
        path = {"/v3/clusters/{clusterId}/topics", "/kafka/v3/clusters/{clusterId}/topics"},
        produces = MediaType.APPLICATION_JSON_VALUE)
class TopicConfigResource {

    private static final int CHANGE_COUNT_MAX = 1_000;

    private final TopicChanges changes;
    private final V3Clusters clusters;

    TopicConfigResource(TopicChanges changes, V3Clusters clusters) {
        this.changes = changes;
        this.clusters = clusters;
    }

    record PutRequest(
            @Nullable String value,
            @JsonProperty("validate_only") @Nullable Boolean validateOnly) {}

    record Alteration(@Nullable String name, @Nullable String value, @Nullable String operation) {}

    /**
     * @param replaceAll whether settings that are not named return to their defaults; then there
     *     may be none
     */
    record AlterRequest(
            @Nullable List<@Nullable Alteration> data,
            @JsonProperty("replace_all") @Nullable Boolean replaceAll,
            @JsonProperty("validate_only") @Nullable Boolean validateOnly) {}

    record TopicAlterations(
            @JsonProperty("topic_name") @Nullable String topicName,
            @Nullable List<@Nullable Alteration> configs) {}

    record AlterAllRequest(
            @Nullable List<@Nullable TopicAlterations> data,
            @JsonProperty("validate_only") @Nullable Boolean validateOnly) {}

    record Failure(
            @JsonProperty("topic_name") String topicName,
            @JsonProperty("error_code") int errorCode,
            String message) {}

    record Failures(List<Failure> failures) {}

    @GetMapping("/-/configs")
    V3List<TopicConfigView> listAll(@PathVariable String clusterId, HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        return V3List.of(
                "KafkaTopicConfigList",
                links.url("topics", "-", "configs"),
                clusters.image().topics().values().stream()
                        .sorted(Comparator.comparing(TopicImage::name))
                        .flatMap(topic -> views(links, topic).stream())
                        .toList());
    }

    @GetMapping("/{topic}/configs")
    V3List<TopicConfigView> list(
            @PathVariable String clusterId,
            @PathVariable String topic,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        return V3List.of(
                "KafkaTopicConfigList",
                links.url("topics", topic, "configs"),
                views(links, clusters.topic(topic)));
    }

    @GetMapping("/{topic}/configs/{name}")
    TopicConfigView get(
            @PathVariable String clusterId,
            @PathVariable String topic,
            @PathVariable String name,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        TopicImage image = clusters.topic(topic);
        return TopicConfigView.of(links, image, setting(name));
    }

    @PutMapping(path = "/{topic}/configs/{name}", consumes = MediaType.APPLICATION_JSON_VALUE)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void put(
            @PathVariable String clusterId,
            @PathVariable String topic,
            @PathVariable String name,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            @RequestBody PutRequest body,
            HttpServletRequest request) {
        if (body.value() == null) {
            throw V3Exception.invalidPayload("'value' is missing");
        }
        one(
                clusterId,
                topic,
                new SettingChange(name, Optional.of(body.value())),
                validateOnly || Boolean.TRUE.equals(body.validateOnly()),
                request);
    }

    @DeleteMapping("/{topic}/configs/{name}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void reset(
            @PathVariable String clusterId,
            @PathVariable String topic,
            @PathVariable String name,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            HttpServletRequest request) {
        one(clusterId, topic, new SettingChange(name, Optional.empty()), validateOnly, request);
    }

    @PostMapping(path = "/{topic}/configs:alter", consumes = MediaType.APPLICATION_JSON_VALUE)
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void alter(
            @PathVariable String clusterId,
            @PathVariable String topic,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            @RequestBody AlterRequest body,
            HttpServletRequest request) {
        var _ = clusters.links(clusterId, request);
        boolean replacesAll = Boolean.TRUE.equals(body.replaceAll());
        boolean isEmpty = body.data() != null && body.data().isEmpty();
        AlterConfig change =
                new AlterConfig(
                        topic,
                        replacesAll && isEmpty ? List.of() : settingChanges(body.data()),
                        replacesAll,
                        validateOnly || Boolean.TRUE.equals(body.validateOnly()));
        var _ = changes.apply(change, Caller.of(request));
    }

    /** Each topic by itself: some may be altered and others refused. */
    @PostMapping(path = "/-/configs:alter", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Failures> alterAll(
            @PathVariable String clusterId,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            @RequestBody AlterAllRequest body,
            HttpServletRequest request) {
        var _ = clusters.links(clusterId, request);
        boolean isDry = validateOnly || Boolean.TRUE.equals(body.validateOnly());
        List<AlterConfig> all = new ArrayList<>();
        for (TopicAlterations topic : required(body.data())) {
            if (topic.topicName() == null) {
                throw V3Exception.invalidPayload("'topic_name' is missing");
            }
            all.add(new AlterConfig(topic.topicName(), settingChanges(topic.configs()), isDry));
        }
        List<Failure> failures = new ArrayList<>();
        for (AlterConfig change : all) {
            try {
                var _ = changes.apply(change, Caller.of(request));
            } catch (V3Exception e) {
                failures.add(new Failure(change.topic(), e.errorCode(), e.message()));
            }
        }
        return failures.isEmpty()
                ? ResponseEntity.noContent().build()
                : ResponseEntity.status(HttpStatus.MULTI_STATUS).body(new Failures(failures));
    }

    private void one(
            String clusterId,
            String topic,
            SettingChange change,
            boolean validateOnly,
            HttpServletRequest request) {
        var _ = clusters.links(clusterId, request);
        if (clusters.image().topic(topic).isPresent()) {
            var _ = setting(change.name());
        }
        var _ =
                changes.apply(
                        new AlterConfig(topic, List.of(change), validateOnly), Caller.of(request));
    }

    private static List<TopicConfigView> views(V3Links links, TopicImage topic) {
        return Arrays.stream(TopicSetting.values())
                .map(setting -> TopicConfigView.of(links, topic, setting))
                .toList();
    }

    private static TopicSetting setting(String name) {
        return TopicSetting.byName(name)
                .orElseThrow(() -> V3Exception.notFound("there is no topic config '" + name + "'"));
    }

    private static List<SettingChange> settingChanges(
            @Nullable List<@Nullable Alteration> alterations) {
        List<SettingChange> result = new ArrayList<>();
        for (Alteration alteration : required(alterations)) {
            if (alteration.name() == null) {
                throw V3Exception.invalidPayload("a config needs a 'name'");
            }
            result.add(
                    SettingChanges.of(
                            alteration.name(), alteration.value(), alteration.operation()));
        }
        return result;
    }

    private static <T> List<T> required(@Nullable List<@Nullable T> items) {
        if (items == null || items.isEmpty()) {
            throw V3Exception.invalidPayload("'data' is missing or empty");
        }
        if (items.size() > CHANGE_COUNT_MAX) {
            throw V3Exception.badRequest(
                    "one request alters at most " + CHANGE_COUNT_MAX + " items");
        }
        List<T> result = new ArrayList<>();
        for (T item : items) {
            if (item == null) {
                throw V3Exception.badRequest("a list in the request body holds a null");
            }
            result.add(item);
        }
        return result;
    }
}
