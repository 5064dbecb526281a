package io.headrace.broker.kafka.api;

import io.headrace.broker.cluster.ProducerIdsUnavailableException;
import io.headrace.broker.kafka.Api;
import io.headrace.broker.kafka.Exchange;
import java.util.function.LongSupplier;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code InitProducerId} for producers without a transactional id: a new id, epoch 0. A new block
 * of ids comes from ZooKeeper, so it runs on a worker.
 */
final class InitProducerIdApi implements Api<InitProducerIdRequestData> {

    private static final Logger LOG = LoggerFactory.getLogger(InitProducerIdApi.class);
    private static final long NONE = -1;

    private final ApiContext context;
    private final LongSupplier producerIds;

    /**
     * @param producerIds never gives the same id twice in a cluster; may wait for ZooKeeper
     */
    InitProducerIdApi(ApiContext context, LongSupplier producerIds) {
        this.context = context;
        this.producerIds = producerIds;
    }

    @Override
    public ApiKeys key() {
        return ApiKeys.INIT_PRODUCER_ID;
    }

    @Override
    public void handle(Exchange exchange, InitProducerIdRequestData request) {
        String transactionalId = request.transactionalId();
        if (transactionalId != null) {
            // Transactions have no coordinator here; an empty id is wrong everywhere.
            exchange.answer(
                    failed(
                            transactionalId.isEmpty()
                                    ? Errors.INVALID_REQUEST
                                    : Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED));
            return;
        }
        if ((request.producerId() == NONE) != (request.producerEpoch() == NONE)) {
            exchange.answer(failed(Errors.INVALID_REQUEST));
            return;
        }
        context.onWorker(
                exchange,
                () -> exchange.answer(fresh()),
                () -> failed(Errors.COORDINATOR_LOAD_IN_PROGRESS));
    }

    private InitProducerIdResponseData fresh() {
        try {
            return new InitProducerIdResponseData()
                    .setProducerId(producerIds.getAsLong())
                    .setProducerEpoch((short) 0);
        } catch (ProducerIdsUnavailableException e) {
            LOG.atWarn().setCause(e).log("No producer id can be handed out");
            return failed(Errors.COORDINATOR_LOAD_IN_PROGRESS);
        }
    }

    private static InitProducerIdResponseData failed(Errors error) {
        return new InitProducerIdResponseData()
                .setErrorCode(error.code())
                .setProducerId(NONE)
                .setProducerEpoch((short) NONE);
    }
}
