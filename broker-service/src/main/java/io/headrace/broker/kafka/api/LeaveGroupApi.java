package io.headrace.broker.kafka.api;

import io.headrace.broker.group.GroupCoordinator;
import io.headrace.broker.group.MemberCall;
import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.security.Access;
import io.headrace.model.error.ErrorCode;
import java.util.List;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupResponseData;
import org.apache.kafka.common.message.LeaveGroupResponseData.MemberResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** {@code LeaveGroup}: one member of old clients, several of newer ones. */
final class LeaveGroupApi implements Api<LeaveGroupRequestData> {

    private static final int WITH_MEMBERS = 3;

    private final ApiContext context;
    private final GroupCoordinator groups;

    LeaveGroupApi(ApiContext context, GroupCoordinator groups) {
        this.context = context;
        this.groups = groups;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.LEAVE_GROUP;
    }

    @Override
    public void handle(Exchange exchange, LeaveGroupRequestData request) {
        LeaveGroupResponseData response = new LeaveGroupResponseData();
        if (!context.mayUseGroup(exchange, Access.Operation.READ, request.groupId())) {
            exchange.answer(response.setErrorCode(Errors.GROUP_AUTHORIZATION_FAILED.code()));
            return;
        }
        boolean hasMembers = exchange.version() >= WITH_MEMBERS;
        List<MemberCall.Identity> members =
                hasMembers
                        ? request.members().stream()
                                .map(
                                        member ->
                                                new MemberCall.Identity(
                                                        member.memberId(),
                                                        member.groupInstanceId()))
                                .toList()
                        : List.of(new MemberCall.Identity(request.memberId(), null));
        exchange.answerWhen(
                groups.leave(new MemberCall.Leave(request.groupId(), members)),
                reply -> fill(response, members, reply, hasMembers));
    }

    private static LeaveGroupResponseData fill(
            LeaveGroupResponseData response,
            List<MemberCall.Identity> members,
            MemberCall.LeaveReply reply,
            boolean hasMembers) {
        if (reply.error() != ErrorCode.NONE) {
            return response.setErrorCode(reply.error().number());
        }
        if (!hasMembers) {
            return response.setErrorCode(reply.members().getFirst().number());
        }
        for (int i = 0; i < members.size(); i++) {
            response.members()
                    .add(
                            new MemberResponse()
                                    .setMemberId(members.get(i).memberId())
                                    .setGroupInstanceId(members.get(i).instanceId())
                                    .setErrorCode(reply.members().get(i).number()));
        }
        return response;
    }
}
