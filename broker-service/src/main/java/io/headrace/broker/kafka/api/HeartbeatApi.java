package io.headrace.broker.kafka.api;

import io.headrace.broker.group.GroupCoordinator;
import io.headrace.broker.group.MemberCall;
import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.security.Access;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** {@code Heartbeat}: a member is alive, and learns of rebalances. */
final class HeartbeatApi implements Api<HeartbeatRequestData> {

    private final ApiContext context;
    private final GroupCoordinator groups;

    HeartbeatApi(ApiContext context, GroupCoordinator groups) {
        this.context = context;
        this.groups = groups;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.HEARTBEAT;
    }

    @Override
    public void handle(Exchange exchange, HeartbeatRequestData request) {
        HeartbeatResponseData response = new HeartbeatResponseData();
        if (!context.mayUseGroup(exchange, Access.Operation.READ, request.groupId())) {
            exchange.answer(response.setErrorCode(Errors.GROUP_AUTHORIZATION_FAILED.code()));
            return;
        }
        MemberCall.Heartbeat heartbeat =
                new MemberCall.Heartbeat(
                        request.groupId(),
                        new MemberCall.Identity(request.memberId(), request.groupInstanceId()),
                        request.generationId());
        exchange.answerWhen(
                groups.heartbeat(heartbeat), error -> response.setErrorCode(error.number()));
    }
}
