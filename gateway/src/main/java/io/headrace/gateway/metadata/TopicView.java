package io.headrace.gateway.metadata;

import io.headrace.gateway.json.JsonWriter;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicConfig;
import io.headrace.model.topic.TopicSetting;
import java.util.List;

/**
 * A topic and its partitions in the v2 shape; settings with their effective values, all strings.
 */
final class TopicView {

    private TopicView() {}

    static JsonWriter write(JsonWriter json, TopicImage topic) {
        json.raw("{\"name\":").string(topic.name()).raw(",\"configs\":{");
        TopicConfig config = TopicConfig.of(topic.config());
        TopicSetting[] settings = TopicSetting.values();
        for (int i = 0; i < settings.length; i++) {
            if (i > 0) {
                json.raw(',');
            }
            json.string(settings[i].settingName()).raw(':').string(config.value(settings[i]));
        }
        json.raw("},\"partitions\":");
        return partitions(json, topic).raw('}');
    }

    static JsonWriter partitions(JsonWriter json, TopicImage topic) {
        json.raw('[');
        for (int partition = 0; partition < topic.partitionCount(); partition++) {
            if (partition > 0) {
                json.raw(',');
            }
            partition(json, topic, partition);
        }
        return json.raw(']');
    }

    static JsonWriter partition(JsonWriter json, TopicImage topic, int partition) {
        PartitionState state = topic.states().get(partition);
        json.raw("{\"partition\":").number(partition);
        json.raw(",\"leader\":").number(state.leader()).raw(",\"replicas\":[");
        List<Integer> replicas = topic.assignments().get(partition);
        for (int i = 0; i < replicas.size(); i++) {
            int broker = replicas.get(i);
            json.raw(i == 0 ? "{\"broker\":" : ",{\"broker\":").number(broker);
            json.raw(",\"leader\":").raw(String.valueOf(broker == state.leader()));
            json.raw(",\"in_sync\":").raw(String.valueOf(state.isr().contains(broker))).raw('}');
        }
        return json.raw("]}");
    }
}
