package io.headrace.admin.group;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.headrace.admin.audit.Caller;
import io.headrace.admin.envelope.V3Clusters;
import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3List;
import io.headrace.admin.history.PastReset;
import io.headrace.admin.history.ResetLog;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The history of a group's offset changes over HTTP, and its undo. */
@RestController
@RequestMapping(
        path = {
            "/v3/clusters/{clusterId}/consumer-groups/{group}/offset-resets",
            "/kafka/v3/clusters/{clusterId}/consumer-groups/{group}/offset-resets"
        },
        produces = MediaType.APPLICATION_JSON_VALUE)
class ResetResource {

    private static final int PAGE_SIZE_MAX = 100;

    private final GroupChanges changes;
    private final ResetLog resets;
    private final V3Clusters clusters;

    ResetResource(GroupChanges changes, ResetLog resets, V3Clusters clusters) {
        this.changes = changes;
        this.resets = resets;
        this.clusters = clusters;
    }

    record UndoRequest(@JsonProperty("validate_only") @Nullable Boolean validateOnly) {}

    /**
     * Newest first.
     *
     * @param pageToken from the {@code next} link: resets older than this id
     */
    @GetMapping
    V3List<ResetView> list(
            @PathVariable String clusterId,
            @PathVariable String group,
            @RequestParam(name = "page_size", defaultValue = "20") int pageSize,
            @RequestParam(name = "page_token") Optional<Long> pageToken,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        if (pageSize < 1 || pageSize > PAGE_SIZE_MAX) {
            throw V3Exception.badRequest("page_size must be from 1 to " + PAGE_SIZE_MAX);
        }
        List<PastReset> found = resets.page(group, pageToken.orElse(Long.MAX_VALUE), pageSize + 1);
        boolean hasMore = found.size() > pageSize;
        List<PastReset> page = hasMore ? found.subList(0, pageSize) : found;
        String self = links.url(GroupView.GROUPS, group, "offset-resets");
        Optional<String> next =
                hasMore ? Optional.of(Long.toString(page.getLast().id())) : Optional.empty();
        return V3List.page(
                "HeadraceOffsetResetList",
                self,
                V3Links.next(request, self, next),
                page.stream().map(reset -> ResetView.of(links, group, reset)).toList());
    }

    @GetMapping("/{id}")
    ResetView get(
            @PathVariable String clusterId,
            @PathVariable String group,
            @PathVariable long id,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        return ResetView.of(links, group, resets.get(group, id));
    }

    @PostMapping("/{id}:undo")
    OffsetChangeView undo(
            @PathVariable String clusterId,
            @PathVariable String group,
            @PathVariable long id,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            @RequestBody(required = false) @Nullable UndoRequest body,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        boolean isPlanOnly =
                validateOnly || (body != null && Boolean.TRUE.equals(body.validateOnly()));
        return OffsetChangeView.of(
                links,
                changes.undo(
                        new GroupChanges.Ask(
                                group,
                                "undo",
                                "{\"undo_of\":" + id + "}",
                                isPlanOnly,
                                Caller.of(request)),
                        id));
    }
}
