package io.headrace.examples.orders;

import org.apache.kafka.clients.admin.NewTopic;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.kafka.core.KafkaOperations;
import org.springframework.kafka.listener.DeadLetterPublishingRecoverer;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.util.backoff.FixedBackOff;

@SpringBootApplication
public class OrdersApplication {

    static final String ORDERS = "shop-orders";
    static final String REFUSED = "shop-orders-dlt";

    public static void main(String[] args) {
        SpringApplication.run(OrdersApplication.class, args);
    }

    /** Created at the start if they are not there. */
    @Bean
    NewTopic orders() {
        return TopicBuilder.name(ORDERS).partitions(3).replicas(1).build();
    }

    @Bean
    NewTopic refusedOrders() {
        return TopicBuilder.name(REFUSED).partitions(3).replicas(1).build();
    }

    /** What fails three times goes to the dead-letter topic, so that the next order is not held up. */
    @Bean
    DefaultErrorHandler errorHandler(KafkaOperations<?, ?> kafka) {
        return new DefaultErrorHandler(
                new DeadLetterPublishingRecoverer(kafka), new FixedBackOff(100, 2));
    }
}
