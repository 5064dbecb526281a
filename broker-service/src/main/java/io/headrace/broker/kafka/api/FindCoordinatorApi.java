package io.headrace.broker.kafka.api;

import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.security.Access;
import java.util.Optional;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.FindCoordinatorResponseData.Coordinator;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * {@code FindCoordinator}: who leads the partition that a group lives in. The topic is created when
 * the first group asks; until it is led the answer is to ask again.
 */
final class FindCoordinatorApi implements Api<FindCoordinatorRequestData> {

    private static final int WITH_KEYS = 4;
    private static final int WITH_SHARES = 6;
    private static final byte GROUP = 0;
    private static final byte TRANSACTION = 1;
    private static final byte SHARE = 2;
    private static final int NOWHERE = -1;

    private final ApiContext context;
    private final OffsetsTopic offsets;

    FindCoordinatorApi(ApiContext context, OffsetsTopic offsets) {
        this.context = context;
        this.offsets = offsets;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.FIND_COORDINATOR;
    }

    @Override
    public void handle(Exchange exchange, FindCoordinatorRequestData request) {
        FindCoordinatorResponseData response = new FindCoordinatorResponseData();
        if (exchange.version() >= WITH_KEYS) {
            for (String key : request.coordinatorKeys()) {
                response.coordinators().add(find(exchange, request.keyType(), key));
            }
        } else {
            Coordinator found = find(exchange, request.keyType(), request.key());
            response.setErrorCode(found.errorCode())
                    .setErrorMessage(found.errorMessage())
                    .setNodeId(found.nodeId())
                    .setHost(found.host())
                    .setPort(found.port());
        }
        exchange.answer(response);
    }

    private Coordinator find(Exchange exchange, byte type, String key) {
        return switch (type) {
            case GROUP -> group(exchange, key);
            // Transactions and share groups have no coordinator here.
            case TRANSACTION -> failed(key, Errors.COORDINATOR_NOT_AVAILABLE);
            case SHARE ->
                    failed(
                            key,
                            exchange.version() >= WITH_SHARES
                                    ? Errors.COORDINATOR_NOT_AVAILABLE
                                    : Errors.INVALID_REQUEST);
            default -> failed(key, Errors.INVALID_REQUEST);
        };
    }

    private Coordinator group(Exchange exchange, String groupId) {
        if (!context.mayUseGroup(exchange, Access.Operation.DESCRIBE, groupId)) {
            return failed(groupId, Errors.GROUP_AUTHORIZATION_FAILED);
        }
        Optional<Endpoints.Endpoint> endpoint =
                offsets.coordinator(groupId)
                        .flatMap(broker -> Endpoints.of(broker, exchange.client().listener()));
        return endpoint.map(
                        found ->
                                new Coordinator()
                                        .setKey(groupId)
                                        .setNodeId(found.brokerId())
                                        .setHost(found.host())
                                        .setPort(found.port())
                                        .setErrorMessage(""))
                .orElseGet(() -> failed(groupId, Errors.COORDINATOR_NOT_AVAILABLE));
    }

    private static Coordinator failed(String key, Errors error) {
        return new Coordinator()
                .setKey(key)
                .setErrorCode(error.code())
                .setErrorMessage(error.message())
                .setNodeId(NOWHERE)
                .setHost("")
                .setPort(NOWHERE);
    }
}
