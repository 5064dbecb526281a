package io.headrace.broker.kafka.api;

import io.headrace.broker.group.GroupCoordinator;
import io.headrace.broker.group.GroupView;
import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.security.Access;
import io.headrace.model.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroupMember;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** {@code DescribeGroups}: a group that does not exist is dead, and since version 6 an error. */
final class DescribeGroupsApi implements Api<DescribeGroupsRequestData> {

    private static final int WITH_NOT_FOUND = 6;

    private final ApiContext context;
    private final GroupCoordinator groups;

    DescribeGroupsApi(ApiContext context, GroupCoordinator groups) {
        this.context = context;
        this.groups = groups;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.DESCRIBE_GROUPS;
    }

    @Override
    public void handle(Exchange exchange, DescribeGroupsRequestData request) {
        List<CompletableFuture<DescribedGroup>> described = new ArrayList<>();
        for (String groupId : request.groups()) {
            described.add(describe(exchange, request, groupId));
        }
        exchange.answerWhen(
                CompletableFuture.allOf(described.toArray(CompletableFuture[]::new)),
                all ->
                        new DescribeGroupsResponseData()
                                .setGroups(
                                        described.stream().map(CompletableFuture::join).toList()));
    }

    private CompletableFuture<DescribedGroup> describe(
            Exchange exchange, DescribeGroupsRequestData request, String groupId) {
        if (!context.mayUseGroup(exchange, Access.Operation.DESCRIBE, groupId)) {
            return CompletableFuture.completedFuture(
                    new DescribedGroup()
                            .setGroupId(groupId)
                            .setErrorCode(Errors.GROUP_AUTHORIZATION_FAILED.code())
                            .setAuthorizedOperations(AuthorizedOperations.NOT_ASKED));
        }
        int operations =
                request.includeAuthorizedOperations()
                        ? AuthorizedOperations.ofGroup(context, exchange, groupId)
                        : AuthorizedOperations.NOT_ASKED;
        return groups.describe(groupId)
                .thenApply(
                        found ->
                                shown(exchange.version(), found)
                                        .setAuthorizedOperations(operations));
    }

    private static DescribedGroup shown(int version, GroupView.Description found) {
        DescribedGroup group =
                new DescribedGroup()
                        .setErrorCode(found.error().number())
                        .setGroupId(found.groupId())
                        .setGroupState(found.state())
                        .setProtocolType(found.protocolType())
                        .setProtocolData(found.protocolName());
        if (found.error() == ErrorCode.GROUP_ID_NOT_FOUND) {
            if (version >= WITH_NOT_FOUND) {
                return group.setErrorMessage("Group " + found.groupId() + " not found.");
            }
            return group.setErrorCode(Errors.NONE.code());
        }
        for (GroupView.DescribedMember member : found.members()) {
            group.members()
                    .add(
                            new DescribedGroupMember()
                                    .setMemberId(member.memberId())
                                    .setGroupInstanceId(member.instanceId())
                                    .setClientId(member.clientId())
                                    .setClientHost(member.clientHost())
                                    .setMemberMetadata(GroupBytes.array(member.metadata()))
                                    .setMemberAssignment(GroupBytes.array(member.assignment())));
        }
        return group;
    }
}
