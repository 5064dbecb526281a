package io.headrace.broker.kafka.api;

import io.headrace.broker.group.GroupCoordinator;
import io.headrace.broker.group.MemberCall;
import io.headrace.broker.group.Sync;
import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.security.Access;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * {@code SyncGroup}: answered when the leader's assignment is stored. Clients that can must say
 * what protocol they believe in.
 */
final class SyncGroupApi implements Api<SyncGroupRequestData> {

    private static final int WITH_PROTOCOL = 5;

    private final ApiContext context;
    private final GroupCoordinator groups;

    SyncGroupApi(ApiContext context, GroupCoordinator groups) {
        this.context = context;
        this.groups = groups;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.SYNC_GROUP;
    }

    @Override
    public void handle(Exchange exchange, SyncGroupRequestData request) {
        boolean isSilent = request.protocolType() == null || request.protocolName() == null;
        if (exchange.version() >= WITH_PROTOCOL && isSilent) {
            exchange.answer(failed(Errors.INCONSISTENT_GROUP_PROTOCOL));
            return;
        }
        if (!context.mayUseGroup(exchange, Access.Operation.READ, request.groupId())) {
            exchange.answer(failed(Errors.GROUP_AUTHORIZATION_FAILED));
            return;
        }
        Map<String, ByteBuffer> assignments = new HashMap<>();
        request.assignments()
                .forEach(
                        each ->
                                assignments.put(
                                        each.memberId(), ByteBuffer.wrap(each.assignment())));
        Sync.Request sync =
                new Sync.Request(
                        request.groupId(),
                        new MemberCall.Identity(request.memberId(), request.groupInstanceId()),
                        request.generationId(),
                        request.protocolType(),
                        request.protocolName(),
                        assignments);
        exchange.answerWhen(groups.sync(sync), SyncGroupApi::response);
    }

    private static SyncGroupResponseData failed(Errors error) {
        return new SyncGroupResponseData().setErrorCode(error.code());
    }

    private static SyncGroupResponseData response(Sync.Reply reply) {
        return new SyncGroupResponseData()
                .setErrorCode(reply.error().number())
                .setProtocolType(reply.protocolType())
                .setProtocolName(reply.protocolName())
                .setAssignment(GroupBytes.array(reply.assignment()));
    }
}
