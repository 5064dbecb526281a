package io.headrace.broker.kafka.api;

import io.headrace.broker.kafka.Exchange;
import io.headrace.broker.replica.Partition;
import io.headrace.broker.replica.ProduceOutcome;
import io.headrace.model.cluster.BrokerRegistration;
import io.headrace.model.cluster.ClusterImage;
import io.headrace.model.cluster.PartitionState;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.record.RecordFault;
import io.headrace.model.topic.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.message.ProduceResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.ProduceResponseData.NodeEndpoint;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a produce request while its partitions come in, each on whatever thread settles it.
 *
 * <p>Owner: slots are made on the event loop before {@link #begun}; each is completed once by any
 * thread; the last completion builds the response and reads all slots (the counter orders them).
 */
final class ProduceAnswer {

    private static final int WITH_LEADER_HINTS = 10;

    private final ApiContext context;
    private final Exchange exchange;
    private final ProduceRequestData request;
    private final List<Slot> slots = new ArrayList<>(1);
    private final AtomicInteger open = new AtomicInteger(1);

    ProduceAnswer(ApiContext context, Exchange exchange, ProduceRequestData request) {
        this.context = context;
        this.exchange = exchange;
        this.request = request;
    }

    /**
     * @param isFirstOfTopic the slots of one topic are made one after the other
     */
    Slot slot(TopicProduceData topic, String name, int partition, boolean isFirstOfTopic) {
        Slot slot = new Slot(topic, name, partition, isFirstOfTopic);
        slots.add(slot);
        open.incrementAndGet();
        return slot;
    }

    /** All partitions are on their way. */
    void begun() {
        settled();
    }

    private void settled() {
        if (open.decrementAndGet() == 0) {
            exchange.guarded(this::answer);
        }
    }

    private void answer() {
        if (request.acks() == 0) {
            answerNothing();
        } else {
            exchange.answer(response());
        }
    }

    /** Without a response, the only way to report an error is to end the connection. */
    private void answerNothing() {
        for (Slot slot : slots) {
            if (slot.error() != Errors.NONE) {
                exchange.close("an append with acks=0 failed: " + slot.error());
                return;
            }
        }
        exchange.answerNothing();
    }

    private ProduceResponseData response() {
        ProduceResponseData response = new ProduceResponseData();
        ClusterImage image = context.image().get();
        TopicProduceResponse topic = new TopicProduceResponse();
        for (Slot slot : slots) {
            if (slot.isFirstOfTopic) {
                topic =
                        new TopicProduceResponse()
                                .setName(slot.topic.name())
                                .setTopicId(slot.topic.topicId());
                response.responses().add(topic);
            }
            topic.partitionResponses().add(slot.response(image, response));
        }
        return response;
    }

    /** One partition of the answer. */
    final class Slot {

        private final TopicProduceData topic;
        private final String name;
        private final int partition;
        private final boolean isFirstOfTopic;
        private Errors refusal = Errors.NONE;
        private String text = "";
        private @Nullable ProduceOutcome outcome;

        private Slot(TopicProduceData topic, String name, int partition, boolean isFirstOfTopic) {
            this.topic = topic;
            this.name = name;
            this.partition = partition;
            this.isFirstOfTopic = isFirstOfTopic;
        }

        Uuid topicId() {
            return topic.topicId();
        }

        void refused(Errors error, String why) {
            refusal = error;
            text = why;
            settled();
        }

        void complete(ProduceOutcome result) {
            outcome = result;
            settled();
        }

        private Errors error() {
            return switch (outcome) {
                case ProduceOutcome.Done done -> Errors.NONE;
                case ProduceOutcome.NotDone(ErrorCode code, String why, var _) ->
                        Errors.forCode(code.number());
                case ProduceOutcome.Unknown(ErrorCode code, String why) ->
                        Errors.forCode(code.number());
                case null -> refusal;
            };
        }

        private PartitionProduceResponse response(ClusterImage image, ProduceResponseData whole) {
            PartitionProduceResponse response =
                    new PartitionProduceResponse().setIndex(partition).setBaseOffset(-1);
            switch (outcome) {
                case ProduceOutcome.Done done -> {
                    context.traffic(name)
                            .produced(size(), done.lastOffset() - done.baseOffset() + 1);
                    return response.setBaseOffset(done.baseOffset())
                            .setLogAppendTimeMs(done.appendTimeMs())
                            .setLogStartOffset(done.logStartOffset());
                }
                case ProduceOutcome.NotDone(ErrorCode code, String why, var faults) ->
                        response.setErrorMessage(why).setRecordErrors(shown(faults));
                case ProduceOutcome.Unknown(ErrorCode code, String why) ->
                        response.setErrorMessage(why);
                case null -> response.setErrorMessage(text);
            }
            context.traffic(name).produceFailed();
            Errors error = error();
            if (saysStart(error)) {
                Partition led = context.replicas().led(name, partition);
                response.setLogStartOffset(led == null ? -1 : led.log().logStartOffset());
            }
            if (error == Errors.NOT_LEADER_OR_FOLLOWER && exchange.version() >= WITH_LEADER_HINTS) {
                hint(image, response, whole);
            }
            return response.setErrorCode(error.code());
        }

        /** Where the log was looked at before it refused the batch. */
        private boolean saysStart(Errors error) {
            return switch (error) {
                case OUT_OF_ORDER_SEQUENCE_NUMBER,
                        DUPLICATE_SEQUENCE_NUMBER,
                        INVALID_PRODUCER_EPOCH,
                        UNKNOWN_PRODUCER_ID ->
                        true;
                default ->
                        outcome instanceof ProduceOutcome.NotDone refused
                                && !refused.faults().isEmpty();
            };
        }

        private static List<BatchIndexAndErrorMessage> shown(List<RecordFault> faults) {
            return faults.stream()
                    .map(
                            fault ->
                                    new BatchIndexAndErrorMessage()
                                            .setBatchIndex(fault.index())
                                            .setBatchIndexErrorMessage(fault.text()))
                    .toList();
        }

        private long size() {
            return topic.partitionData().stream()
                    .filter(data -> data.index() == partition && data.records() != null)
                    .mapToLong(data -> data.records().sizeInBytes())
                    .sum();
        }

        /** Where to go instead, which saves the client a round of metadata. */
        private void hint(
                ClusterImage image, PartitionProduceResponse response, ProduceResponseData whole) {
            PartitionState state =
                    image.partition(new TopicPartition(name, partition)).orElse(null);
            BrokerRegistration leader = state == null ? null : image.brokers().get(state.leader());
            if (state == null || leader == null) {
                return;
            }
            Endpoints.of(leader, exchange.client().listener())
                    .ifPresent(
                            endpoint -> {
                                response.setCurrentLeader(
                                        new LeaderIdAndEpoch()
                                                .setLeaderId(state.leader())
                                                .setLeaderEpoch(state.leaderEpoch()));
                                if (whole.nodeEndpoints().find(endpoint.brokerId()) == null) {
                                    whole.nodeEndpoints()
                                            .add(
                                                    new NodeEndpoint()
                                                            .setNodeId(endpoint.brokerId())
                                                            .setHost(endpoint.host())
                                                            .setPort(endpoint.port())
                                                            .setRack(endpoint.rack()));
                                }
                            });
        }
    }
}
