package io.headrace.broker.kafka.api;

import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.model.cluster.ClusterImage;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** {@code DescribeCluster}: brokers, cluster id, and who passes changes on to the controller. */
final class DescribeClusterApi implements Api<DescribeClusterRequestData> {

    private static final byte BROKERS = 1;

    private final ApiContext context;

    DescribeClusterApi(ApiContext context) {
        this.context = context;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.DESCRIBE_CLUSTER;
    }

    @Override
    public void handle(Exchange exchange, DescribeClusterRequestData request) {
        if (request.endpointType() != BROKERS) {
            boolean isKnown = request.endpointType() == 2;
            exchange.answer(
                    new DescribeClusterResponseData()
                            .setErrorCode(
                                    (isKnown
                                                    ? Errors.MISMATCHED_ENDPOINT_TYPE
                                                    : Errors.UNSUPPORTED_ENDPOINT_TYPE)
                                            .code())
                            .setErrorMessage("this listener knows brokers, endpoint type 1"));
            return;
        }
        ClusterImage image = context.image().get();
        DescribeClusterResponseData response =
                new DescribeClusterResponseData()
                        .setEndpointType(BROKERS)
                        .setClusterId(image.clusterId())
                        .setControllerId(context.replicas().brokerId());
        if (request.includeClusterAuthorizedOperations()) {
            response.setClusterAuthorizedOperations(
                    AuthorizedOperations.ofCluster(context, exchange));
        }
        for (Endpoints.Endpoint broker : Endpoints.all(image, exchange.client().listener())) {
            response.brokers()
                    .add(
                            new DescribeClusterBroker()
                                    .setBrokerId(broker.brokerId())
                                    .setHost(broker.host())
                                    .setPort(broker.port())
                                    .setRack(broker.rack()));
        }
        exchange.answer(response);
    }
}
