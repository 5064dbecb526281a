package io.headrace.admin.catalog;

import io.headrace.admin.audit.AuditedChange;
import io.headrace.admin.audit.Caller;
import io.headrace.admin.envelope.Paging;
import io.headrace.admin.envelope.V3Clusters;
import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3List;
import jakarta.servlet.http.HttpServletRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.ObjectMapper;

/** The catalog over HTTP. */
@RestController
@RequestMapping({"/v3/clusters/{clusterId}", "/kafka/v3/clusters/{clusterId}"})
public class CatalogResource {

    private final Catalog catalog;
    private final V3Clusters clusters;
    private final ObjectMapper json;

    public CatalogResource(Catalog catalog, V3Clusters clusters, ObjectMapper json) {
        this.catalog = catalog;
        this.clusters = clusters;
        this.json = json;
    }

    @GetMapping("/catalog")
    V3List<CatalogView> search(
            @PathVariable String clusterId,
            @RequestParam Optional<String> q,
            @RequestParam Optional<List<String>> label,
            @RequestParam Optional<String> owner,
            @RequestParam(name = "page_size", defaultValue = "100") int pageSize,
            @RequestParam(name = "page_token") Optional<String> pageToken,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        Paging.check(pageSize);
        Catalog.FoundPage page =
                catalog.search(
                        new CatalogSearch(q, labels(label.orElse(List.of())), owner, pageToken),
                        pageSize);
        String self = links.url("catalog");
        return V3List.page(
                "HeadraceCatalogEntryList",
                self,
                V3Links.next(request, self, page.next()),
                page.entries().stream()
                        .map(
                                e ->
                                        CatalogView.of(
                                                links,
                                                e.topicName(),
                                                e.getId(),
                                                e.text(),
                                                Optional.of(e)))
                        .toList());
    }

    @GetMapping("/topics/{topic}/catalog")
    CatalogView get(
            @PathVariable String clusterId,
            @PathVariable String topic,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        return view(links, topic);
    }

    @PutMapping("/topics/{topic}/catalog")
    CatalogView put(
            @PathVariable String clusterId,
            @PathVariable String topic,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            @RequestBody CatalogRequest body,
            HttpServletRequest request) {
        return change(
                clusterId, topic, "catalog.put", body, validateOnly, b -> body.asWhole(), request);
    }

    @PatchMapping("/topics/{topic}/catalog")
    CatalogView patch(
            @PathVariable String clusterId,
            @PathVariable String topic,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            @RequestBody CatalogRequest body,
            HttpServletRequest request) {
        return change(clusterId, topic, "catalog.patch", body, validateOnly, body::over, request);
    }

    @DeleteMapping("/topics/{topic}/catalog")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(
            @PathVariable String clusterId,
            @PathVariable String topic,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            HttpServletRequest request) {
        var _ = clusters.links(clusterId, request);
        catalog.delete(
                topic,
                new AuditedChange("catalog.delete", "topic", topic, "{}", validateOnly),
                Caller.of(request));
    }

    private CatalogView change(
            String clusterId,
            String topic,
            String action,
            CatalogRequest body,
            boolean validateOnly,
            UnaryOperator<CatalogText> change,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        boolean isDry = validateOnly || Boolean.TRUE.equals(body.validateOnly());
        CatalogText text =
                catalog.change(
                        topic,
                        change,
                        new AuditedChange(
                                action, "topic", topic, json.writeValueAsString(body), isDry),
                        Caller.of(request));
        Catalog.Found found = catalog.find(topic);
        return CatalogView.of(links, topic, found.topic().id().toString(), text, found.entry());
    }

    private CatalogView view(V3Links links, String topic) {
        Catalog.Found found = catalog.find(topic);
        return CatalogView.of(
                links,
                topic,
                found.topic().id().toString(),
                found.entry().map(CatalogEntry::text).orElse(CatalogText.EMPTY),
                found.entry());
    }

    private static Map<String, String> labels(List<String> given) {
        Map<String, String> labels = new HashMap<>();
        for (String label : given) {
            int equals = label.indexOf('=');
            if (equals < 1) {
                throw V3Exception.badRequest("'label' must look like key=value");
            }
            labels.put(label.substring(0, equals), label.substring(equals + 1));
        }
        return labels;
    }
}
