package io.headrace.broker.kafka.api;

import io.headrace.broker.group.GroupCoordinator;
import io.headrace.broker.group.Join;
import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.security.Access;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.JoinGroupResponseData.JoinGroupResponseMember;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** {@code JoinGroup}: answered when the group has its next generation. */
final class JoinGroupApi implements Api<JoinGroupRequestData> {

    private static final int REQUIRES_MEMBER_ID = 4;
    private static final int WITH_NULL_PROTOCOL = 7;
    private static final int SKIPS_ASSIGNMENT = 9;
    private static final int NO_GENERATION = -1;

    private final ApiContext context;
    private final GroupCoordinator groups;

    JoinGroupApi(ApiContext context, GroupCoordinator groups) {
        this.context = context;
        this.groups = groups;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.JOIN_GROUP;
    }

    @Override
    public void handle(Exchange exchange, JoinGroupRequestData request) {
        if (!context.mayUseGroup(exchange, Access.Operation.READ, request.groupId())) {
            exchange.answer(
                    new JoinGroupResponseData()
                            .setErrorCode(Errors.GROUP_AUTHORIZATION_FAILED.code())
                            .setGenerationId(NO_GENERATION)
                            .setProtocolName("")
                            .setMemberId(request.memberId()));
            return;
        }
        exchange.answerWhen(
                groups.join(joining(exchange, request)), reply -> response(exchange, reply));
    }

    private static Join.Request joining(Exchange exchange, JoinGroupRequestData request) {
        List<Join.Protocol> protocols = new ArrayList<>(request.protocols().size());
        for (JoinGroupRequestProtocol protocol : request.protocols()) {
            protocols.add(new Join.Protocol(protocol.name(), ByteBuffer.wrap(protocol.metadata())));
        }
        boolean hasTimeout = exchange.version() > 0 && request.rebalanceTimeoutMs() >= 0;
        return new Join.Request(
                request.groupId(),
                request.memberId(),
                request.groupInstanceId(),
                new Join.Client(exchange.clientId(), exchange.client().host()),
                new Join.Timeouts(
                        request.sessionTimeoutMs(),
                        hasTimeout ? request.rebalanceTimeoutMs() : request.sessionTimeoutMs()),
                request.protocolType(),
                protocols,
                exchange.version() >= REQUIRES_MEMBER_ID,
                exchange.version() >= SKIPS_ASSIGNMENT);
    }

    private static JoinGroupResponseData response(Exchange exchange, Join.Reply reply) {
        String protocol = reply.protocolName();
        boolean mayBeNull = exchange.version() >= WITH_NULL_PROTOCOL;
        JoinGroupResponseData response =
                new JoinGroupResponseData()
                        .setErrorCode(reply.error().number())
                        .setGenerationId(reply.generation())
                        .setProtocolType(reply.protocolType())
                        .setProtocolName(protocol == null && !mayBeNull ? "" : protocol)
                        .setLeader(reply.leader())
                        .setSkipAssignment(reply.skipAssignment())
                        .setMemberId(reply.memberId());
        for (Join.JoinedMember member : reply.members()) {
            response.members()
                    .add(
                            new JoinGroupResponseMember()
                                    .setMemberId(member.memberId())
                                    .setGroupInstanceId(member.instanceId())
                                    .setMetadata(GroupBytes.array(member.metadata())));
        }
        return response;
    }
}
