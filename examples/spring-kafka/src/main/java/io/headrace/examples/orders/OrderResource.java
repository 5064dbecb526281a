package io.headrace.examples.orders;

import java.util.concurrent.CompletableFuture;
import org.springframework.http.HttpStatus;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Answers when the order is stored, with its place in the log. */
@RestController
@RequestMapping("/orders")
class OrderResource {

    record Place(int partition, long offset) {}

    private final KafkaTemplate<String, Order> kafka;
    private final Shipping shipping;

    OrderResource(KafkaTemplate<String, Order> kafka, Shipping shipping) {
        this.kafka = kafka;
        this.shipping = shipping;
    }

    @PostMapping
    @ResponseStatus(HttpStatus.ACCEPTED)
    CompletableFuture<Place> order(@RequestBody Order order) {
        return kafka.send(OrdersApplication.ORDERS, order.customer(), order)
                .thenApply(
                        sent ->
                                new Place(
                                        sent.getRecordMetadata().partition(),
                                        sent.getRecordMetadata().offset()));
    }

    @GetMapping
    Shipping.Figures figures() {
        return shipping.figures();
    }
}
