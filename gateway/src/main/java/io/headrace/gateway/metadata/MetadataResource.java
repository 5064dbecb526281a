package io.headrace.gateway.metadata;

import io.headrace.gateway.http.Call;
import io.headrace.gateway.http.Reply;
import io.headrace.gateway.http.Routes;
import io.headrace.gateway.json.JsonWriter;
import io.headrace.gateway.route.BrokerFailure;
import io.headrace.gateway.route.Brokers;
import io.headrace.gateway.route.FoundOffset;
import io.headrace.gateway.route.Topics;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicPartition;
import java.util.List;
import java.util.Set;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/** The {@code GET} endpoints that describe the cluster. */
public final class MetadataResource {

    private final Topics topics;
    private final Brokers brokers;
    private final String version;

    public MetadataResource(Topics topics, Brokers brokers, String version) {
        this.topics = topics;
        this.brokers = brokers;
        this.version = version;
    }

    public void addTo(Routes routes) {
        routes.add("root", "GET", "/", this::root)
                .add("brokers", "GET", "/brokers", this::brokers)
                .add("topics", "GET", "/topics", this::topics)
                .add("topic", "GET", "/topics/{}", this::topic)
                .add("partitions", "GET", "/topics/{}/partitions", this::partitions)
                .add("partition", "GET", "/topics/{}/partitions/{}", this::partition)
                .add("offsets", "GET", "/topics/{}/partitions/{}/offsets", this::offsets);
    }

    private Publisher<Void> root(Call call) {
        JsonWriter json = new JsonWriter(96).raw("{\"service\":\"headrace-gateway\",\"version\":");
        json.string(version).raw(",\"cluster_id\":").string(topics.image().clusterId()).raw('}');
        return reply(call, json);
    }

    private Publisher<Void> brokers(Call call) {
        JsonWriter json = new JsonWriter(64).raw("{\"brokers\":[");
        List<Integer> ids = topics.image().brokers().keySet().stream().sorted().toList();
        for (int i = 0; i < ids.size(); i++) {
            comma(json, i).number(ids.get(i));
        }
        return reply(call, json.raw("]}"));
    }

    private Publisher<Void> topics(Call call) {
        JsonWriter json = new JsonWriter(1024).raw('[');
        List<String> names = topics.image().topics().keySet().stream().sorted().toList();
        for (int i = 0; i < names.size(); i++) {
            comma(json, i).string(names.get(i));
        }
        return reply(call, json.raw(']'));
    }

    private Publisher<Void> topic(Call call) {
        return topics.find(call.segment(1))
                .flatMap(
                        topic ->
                                Mono.from(
                                        reply(call, TopicView.write(new JsonWriter(2048), topic))));
    }

    private Publisher<Void> partitions(Call call) {
        return topics.find(call.segment(1))
                .flatMap(
                        topic ->
                                Mono.from(
                                        reply(
                                                call,
                                                TopicView.partitions(
                                                        new JsonWriter(1024), topic))));
    }

    private Publisher<Void> partition(Call call) {
        return topics.find(call.segment(1))
                .flatMap(
                        topic -> {
                            int partition = Topics.partition(topic, call.segment(3));
                            JsonWriter json = new JsonWriter(256);
                            return Mono.from(
                                    reply(call, TopicView.partition(json, topic, partition)));
                        });
    }

    private Publisher<Void> offsets(Call call) {
        return topics.find(call.segment(1)).flatMap(topic -> offsets(call, topic));
    }

    private Mono<Void> offsets(Call call, TopicImage topic) {
        int partition = Topics.partition(topic, call.segment(3));
        TopicPartition tp = new TopicPartition(topic.name(), partition);
        Mono<FoundOffset> earliest = brokers.lookUp(tp, "earliest");
        Mono<FoundOffset> latest = brokers.lookUp(tp, "latest");
        return call.onOwnLoop(Mono.zip(earliest, latest))
                .onErrorMap(
                        BrokerFailure.class, failure -> failure.toHttp(topic.name(), partition, -1))
                .flatMap(
                        ends -> {
                            JsonWriter json = new JsonWriter(96);
                            json.raw("{\"beginning_offset\":").number(ends.getT1().offset());
                            json.raw(",\"end_offset\":").number(ends.getT2().offset()).raw('}');
                            return Mono.from(reply(call, json));
                        });
    }

    private static JsonWriter comma(JsonWriter json, int index) {
        return index == 0 ? json : json.raw(',');
    }

    private static Publisher<Void> reply(Call call, JsonWriter json) {
        call.target().allowOnly(Set.of());
        return Reply.body(call, 200, Reply.metadataType(call), json.array(), json.size());
    }
}
