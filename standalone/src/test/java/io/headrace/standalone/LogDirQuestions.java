package io.headrace.standalone;

import io.headrace.standalone.SideBySide.Side;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/** The directory of the logs: what lies in it, and how much room there is. */
final class LogDirQuestions {

    private LogDirQuestions() {}

    static void ask(SideBySide both) throws IOException {
        described(both, "of a topic", side -> wanted("one", 0));
        described(both, "of some partitions", side -> wanted("three", 2, 0));
        described(both, "of no such partition", side -> wanted("one", 9));
        described(both, "of no such topic", side -> wanted("absent", 0));
        described(
                both,
                "of nothing",
                side ->
                        new DescribeLogDirsRequestData()
                                .setTopics(
                                        new DescribeLogDirsRequestData
                                                .DescribableLogDirTopicCollection()));
        described(both, "of all", side -> new DescribeLogDirsRequestData().setTopics(null));
    }

    private static ApiMessage wanted(String topic, Integer... partitions) {
        DescribeLogDirsRequestData.DescribableLogDirTopicCollection topics =
                new DescribeLogDirsRequestData.DescribableLogDirTopicCollection();
        topics.add(
                new DescribeLogDirsRequestData.DescribableLogDirTopic()
                        .setTopic(topic)
                        .setPartitions(List.of(partitions)));
        return new DescribeLogDirsRequestData().setTopics(topics);
    }

    private static void described(SideBySide both, String name, Function<Side, ApiMessage> request)
            throws IOException {
        for (int version = 1; version <= 5; version++) {
            both.ask(
                    name,
                    ApiKeys.DESCRIBE_LOG_DIRS,
                    version,
                    request,
                    DescribeLogDirsResponseData.class,
                    (side, answer) -> answer.results().forEach(LogDirQuestions::comparable));
        }
    }

    /** Without its name and the numbers of the machine; internal topics are everybody's own. */
    private static void comparable(DescribeLogDirsResult result) {
        result.setLogDir("<directory>");
        result.setTotalBytes(Math.min(1, result.totalBytes()));
        result.setUsableBytes(Math.min(1, result.usableBytes()));
        List<DescribeLogDirsTopic> topics = new ArrayList<>(result.topics());
        topics.removeIf(topic -> topic.name().startsWith("__"));
        topics.sort(Comparator.comparing(DescribeLogDirsTopic::name));
        topics.forEach(
                topic ->
                        topic.partitions()
                                .sort(
                                        Comparator.comparingInt(
                                                DescribeLogDirsResponseData.DescribeLogDirsPartition
                                                        ::partitionIndex)));
        result.setTopics(topics);
    }
}
