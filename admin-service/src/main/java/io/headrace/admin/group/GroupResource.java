package io.headrace.admin.group;

import io.headrace.admin.audit.Caller;
import io.headrace.admin.envelope.Paging;
import io.headrace.admin.envelope.V3Clusters;
import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.envelope.V3Links;
import io.headrace.admin.envelope.V3List;
import io.headrace.admin.kafka.GroupDescription;
import io.headrace.admin.kafka.GroupMember;
import io.headrace.model.topic.TopicPartition;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Consumer groups, their members and assignments over HTTP. */
@RestController
@RequestMapping(
        path = {
            "/v3/clusters/{clusterId}/consumer-groups",
            "/kafka/v3/clusters/{clusterId}/consumer-groups"
        },
        produces = MediaType.APPLICATION_JSON_VALUE)
class GroupResource {

    private final GroupReads reads;
    private final GroupChanges changes;
    private final V3Clusters clusters;

    GroupResource(GroupReads reads, GroupChanges changes, V3Clusters clusters) {
        this.reads = reads;
        this.changes = changes;
        this.clusters = clusters;
    }

    /**
     * @param pageToken from the {@code next} link: groups behind this id
     */
    @GetMapping
    V3List<GroupView> list(
            @PathVariable String clusterId,
            @RequestParam(name = "page_size", defaultValue = "1000") int pageSize,
            @RequestParam(name = "page_token") Optional<String> pageToken,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        Paging.check(pageSize);
        GroupReads.Page page = reads.page(pageToken, pageSize);
        String self = links.url(GroupView.GROUPS);
        return V3List.page(
                "KafkaConsumerGroupList",
                self,
                V3Links.next(request, self, page.next()),
                page.groups().stream().map(group -> GroupView.of(links, group)).toList());
    }

    @GetMapping("/{group}")
    GroupView get(
            @PathVariable String clusterId,
            @PathVariable String group,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        return GroupView.of(links, reads.group(group));
    }

    @DeleteMapping("/{group}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(
            @PathVariable String clusterId,
            @PathVariable String group,
            @RequestParam(name = "validate_only", defaultValue = "false") boolean validateOnly,
            HttpServletRequest request) {
        var _ = clusters.links(clusterId, request);
        changes.deleteGroup(group, validateOnly, Caller.of(request));
    }

    @GetMapping("/{group}/consumers")
    V3List<ConsumerView> consumers(
            @PathVariable String clusterId,
            @PathVariable String group,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        return V3List.of(
                "KafkaConsumerList",
                links.url(GroupView.GROUPS, group, "consumers"),
                reads.group(group).members().stream()
                        .map(member -> ConsumerView.of(links, group, member))
                        .toList());
    }

    @GetMapping("/{group}/consumers/{consumer}")
    ConsumerView consumer(
            @PathVariable String clusterId,
            @PathVariable String group,
            @PathVariable String consumer,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        return ConsumerView.of(links, group, reads.member(reads.group(group), consumer));
    }

    @GetMapping("/{group}/consumers/{consumer}/assignments")
    V3List<AssignmentView> assignments(
            @PathVariable String clusterId,
            @PathVariable String group,
            @PathVariable String consumer,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        GroupMember member = reads.member(reads.group(group), consumer);
        return V3List.of(
                "KafkaConsumerAssignmentList",
                links.url(GroupView.GROUPS, group, "consumers", consumer, "assignments"),
                member.assignment().stream()
                        .map(of -> AssignmentView.of(links, group, consumer, of))
                        .toList());
    }

    @GetMapping("/{group}/consumers/{consumer}/assignments/{topic}/partitions/{partition}")
    AssignmentView assignment(
            @PathVariable String clusterId,
            @PathVariable String group,
            @PathVariable String consumer,
            @PathVariable String topic,
            @PathVariable int partition,
            HttpServletRequest request) {
        V3Links links = clusters.links(clusterId, request);
        GroupDescription of = reads.group(group);
        return reads.member(of, consumer).assignment().stream()
                .filter(p -> p.topic().equals(topic) && p.partition() == partition)
                .findFirst()
                .map((TopicPartition found) -> AssignmentView.of(links, group, consumer, found))
                .orElseThrow(
                        () ->
                                V3Exception.notFound(
                                        topic
                                                + "-"
                                                + partition
                                                + " is not assigned to '"
                                                + consumer
                                                + "'"));
    }
}
