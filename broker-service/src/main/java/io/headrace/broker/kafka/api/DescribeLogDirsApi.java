package io.headrace.broker.kafka.api;

import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.kafka.api.BrokerSettings.Directory;
import io.headrace.broker.replica.Partition;
import io.headrace.broker.security.Access;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/** {@code DescribeLogDirs}: the log directory, its space and its partitions' sizes. */
final class DescribeLogDirsApi implements Api<DescribeLogDirsRequestData> {

    private final ApiContext context;
    private final Supplier<Directory> directory;

    DescribeLogDirsApi(ApiContext context, Supplier<Directory> directory) {
        this.context = context;
        this.directory = directory;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.DESCRIBE_LOG_DIRS;
    }

    @Override
    public void handle(Exchange exchange, DescribeLogDirsRequestData request) {
        if (!context.mayUseCluster(exchange, Access.Operation.DESCRIBE)) {
            exchange.answer(failed(Errors.CLUSTER_AUTHORIZATION_FAILED));
            return;
        }
        context.onWorker(
                exchange,
                () -> exchange.answer(response(request)),
                () -> failed(Errors.THROTTLING_QUOTA_EXCEEDED));
    }

    private static ApiMessage failed(Errors error) {
        return new DescribeLogDirsResponseData().setErrorCode(error.code());
    }

    private DescribeLogDirsResponseData response(DescribeLogDirsRequestData request) {
        Directory own = directory.get();
        DescribeLogDirsResult result =
                new DescribeLogDirsResult()
                        .setLogDir(own.path())
                        .setIsCordoned(own.isCordoned())
                        .setTotalBytes(own.totalBytes())
                        .setUsableBytes(own.usableBytes());
        if (own.isOffline()) {
            result.setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());
        } else {
            Map<String, DescribeLogDirsTopic> topics = new TreeMap<>();
            for (Partition partition : context.replicas().partitions()) {
                if (isWanted(request, partition)) {
                    topics.computeIfAbsent(
                                    partition.name().topic(),
                                    name -> new DescribeLogDirsTopic().setName(name))
                            .partitions()
                            .add(
                                    new DescribeLogDirsPartition()
                                            .setPartitionIndex(partition.name().partition())
                                            .setPartitionSize(partition.log().sizeInBytes())
                                            .setOffsetLag(partition.offsetLag())
                                            .setIsFutureKey(false));
                }
            }
            result.setTopics(List.copyOf(topics.values()));
        }
        DescribeLogDirsResponseData response = new DescribeLogDirsResponseData();
        response.results().add(result);
        return response;
    }

    private static boolean isWanted(DescribeLogDirsRequestData request, Partition partition) {
        if (request.topics() == null) {
            return true;
        }
        DescribableLogDirTopic topic = request.topics().find(partition.name().topic());
        return topic != null && topic.partitions().contains(partition.name().partition());
    }
}
