package io.headrace.examples.orders;

import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;

/** Ships what was ordered; refuses an order of nothing. */
@Component
class Shipping {

    record Figures(int shipped, int attempts, int refused) {}

    private static final Logger LOG = LoggerFactory.getLogger(Shipping.class);

    private final AtomicInteger shipped = new AtomicInteger();
    private final AtomicInteger attempts = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();

    @KafkaListener(topics = OrdersApplication.ORDERS)
    void ship(Order order) {
        attempts.incrementAndGet();
        if (order.count() < 1) {
            throw new IllegalArgumentException("an order of nothing");
        }
        shipped.incrementAndGet();
        LOG.info("shipped {} {} to {}", order.count(), order.item(), order.customer());
    }

    @KafkaListener(topics = OrdersApplication.REFUSED, groupId = "complaints")
    void refuse(Order order) {
        refused.incrementAndGet();
        LOG.info("refused {} for {}", order.item(), order.customer());
    }

    Figures figures() {
        return new Figures(shipped.get(), attempts.get(), refused.get());
    }
}
