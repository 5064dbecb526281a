package io.headrace.broker.kafka.api;

import io.headrace.broker.group.GroupCoordinator;
import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.security.Access;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteGroupsResponseData;
import org.apache.kafka.common.message.DeleteGroupsResponseData.DeletableGroupResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** {@code DeleteGroups}: groups without members, with their offsets. */
final class DeleteGroupsApi implements Api<DeleteGroupsRequestData> {

    private final ApiContext context;
    private final GroupCoordinator groups;

    DeleteGroupsApi(ApiContext context, GroupCoordinator groups) {
        this.context = context;
        this.groups = groups;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.DELETE_GROUPS;
    }

    @Override
    public void handle(Exchange exchange, DeleteGroupsRequestData request) {
        Map<String, CompletableFuture<Short>> results = new LinkedHashMap<>();
        for (String groupId : new LinkedHashSet<>(request.groupsNames())) {
            results.put(groupId, delete(exchange, groupId));
        }
        exchange.answerWhen(
                CompletableFuture.allOf(results.values().toArray(CompletableFuture[]::new)),
                all -> response(results));
    }

    private static DeleteGroupsResponseData response(
            Map<String, CompletableFuture<Short>> results) {
        DeleteGroupsResponseData response = new DeleteGroupsResponseData();
        results.forEach(
                (groupId, result) ->
                        response.results()
                                .add(
                                        new DeletableGroupResult()
                                                .setGroupId(groupId)
                                                .setErrorCode(result.join())));
        return response;
    }

    private CompletableFuture<Short> delete(Exchange exchange, String groupId) {
        if (!context.mayUseGroup(exchange, Access.Operation.DELETE, groupId)) {
            return CompletableFuture.completedFuture(Errors.GROUP_AUTHORIZATION_FAILED.code());
        }
        return groups.delete(groupId).thenApply(error -> error.number());
    }
}
