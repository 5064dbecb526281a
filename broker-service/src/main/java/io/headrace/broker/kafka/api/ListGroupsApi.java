package io.headrace.broker.kafka.api;

import io.headrace.broker.group.GroupCoordinator;
import io.headrace.broker.group.GroupView;
import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.security.Access;
import java.util.List;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.apache.kafka.common.protocol.ApiKeys;

/** {@code ListGroups}: those that this broker coordinates and the client may see. */
final class ListGroupsApi implements Api<ListGroupsRequestData> {

    private final ApiContext context;
    private final GroupCoordinator groups;

    ListGroupsApi(ApiContext context, GroupCoordinator groups) {
        this.context = context;
        this.groups = groups;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.LIST_GROUPS;
    }

    @Override
    public void handle(Exchange exchange, ListGroupsRequestData request) {
        boolean seesAll = context.mayUseCluster(exchange, Access.Operation.DESCRIBE);
        exchange.answerWhen(
                groups.list(),
                listing -> {
                    ListGroupsResponseData response =
                            new ListGroupsResponseData().setErrorCode(listing.error().number());
                    for (GroupView.Listed group : listing.groups()) {
                        if (isAskedFor(request, group) && (seesAll || maySee(exchange, group))) {
                            response.groups().add(shown(group));
                        }
                    }
                    return response;
                });
    }

    private boolean maySee(Exchange exchange, GroupView.Listed group) {
        return context.mayUseGroup(exchange, Access.Operation.DESCRIBE, group.groupId());
    }

    private static boolean isAskedFor(ListGroupsRequestData request, GroupView.Listed group) {
        return matches(request.statesFilter(), group.state())
                && matches(request.typesFilter(), GroupView.CLASSIC);
    }

    private static boolean matches(List<String> filter, String value) {
        return filter.isEmpty() || filter.stream().anyMatch(value::equalsIgnoreCase);
    }

    private static ListedGroup shown(GroupView.Listed group) {
        return new ListedGroup()
                .setGroupId(group.groupId())
                .setProtocolType(group.protocolType())
                .setGroupState(group.state())
                .setGroupType(GroupView.CLASSIC);
    }
}
