package io.headrace.broker.wiring;

import io.headrace.broker.fetch.SlowReaders;
import io.headrace.broker.kafka.ListenerCounters;
import io.headrace.broker.telemetry.BrokerMetrics;
import io.headrace.model.telemetry.Growth;
import io.headrace.model.telemetry.Look;
import io.headrace.model.telemetry.Trouble;
import io.headrace.model.telemetry.TroubleWatch;
import io.headrace.model.telemetry.Troubles;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** Troubles of the broker, its clients and its machine, and who looks for them. */
@Configuration(proxyBeanMethods = false)
class TroubleConfiguration {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration STORM = Duration.ofSeconds(5);

    /** Name in the pipeline. */
    private static final String ANSWERS = "headrace-answers";

    @Bean
    Troubles troubles() {
        return new Troubles(System::nanoTime);
    }

    /** Asks for the parts that are told only when there is something to tell. */
    @Bean
    StorageWatch storageWatch(
            Troubles troubles,
            BrokerProperties properties,
            MeterRegistry registry,
            ObjectProvider<BrokerMetrics> metrics,
            ObjectProvider<BrokerParts> parts) {
        return new StorageWatch(
                troubles,
                properties.troubles().flushMax(),
                System::nanoTime,
                registry,
                new StorageWatch.Listeners(
                        topic -> metrics.getObject().topic(topic).sendFailed(),
                        (partition, baseOffset) ->
                                parts.getObject()
                                        .broker()
                                        .scrubber()
                                        .doubt(partition, baseOffset)));
    }

    @Bean
    SlowReaders slowReaders(Troubles troubles, BrokerProperties properties) {
        BrokerProperties.SlowReaders settings = properties.slowReaders();
        return new SlowReaders(
                new SlowReaders.Settings(
                        settings.window(),
                        settings.bytesPerSecondMin().toBytes(),
                        settings.closeAfter()),
                troubles);
    }

    /** Clients of the HTTP API that do not take their answers. */
    @Bean
    NettyServerCustomizer answers(SlowReaders readers) {
        return server ->
                server.doOnChannelInit(
                        (observer, channel, address) ->
                                channel.pipeline().addFirst(ANSWERS, readers.watcher()));
    }

    @Bean(destroyMethod = "close")
    TroubleWatch troubleWatch(
            StorageWatch storage,
            Troubles troubles,
            ListenerCounters listeners,
            BrokerParts parts,
            BrokerProperties properties,
            Environment environment) {
        List<Look> looks = new ArrayList<>(List.of(storage));
        int perSecond = properties.troubles().connectionsPerSecondMax();
        looks.add(
                new Growth(
                        troubles,
                        Trouble.CONNECTION_STORM,
                        listeners::acceptedConnections,
                        STORM,
                        perSecond * STORM.toSeconds() + 1,
                        grown -> grown + " connections came in " + STORM.toSeconds() + " s"));
        looks.add(
                each(
                        troubles,
                        Trouble.CONNECTIONS_REFUSED,
                        listeners::refusedConnections,
                        grown ->
                                grown
                                        + " connections were refused, the last from "
                                        + listeners.lastRefused()));
        looks.add(
                each(
                        troubles,
                        Trouble.REPEATED_BATCH,
                        parts.replicas().repeatedBatches()::count,
                        grown ->
                                "producers sent again what was stored, "
                                        + grown
                                        + " times, the last to "
                                        + parts.replicas().repeatedBatches().last()));
        looks.add(
                each(
                        troubles,
                        Trouble.SLOW_LEADER,
                        parts.broker().fetchers().counters()::late,
                        grown -> {
                            var last = parts.broker().fetchers().counters().lastLate();
                            return "the leader "
                                    + last.leaderId()
                                    + " answered a fetch only after "
                                    + last.ms()
                                    + " ms, "
                                    + grown
                                    + " such answers came";
                        }));
        looks.add(
                each(
                        troubles,
                        Trouble.GROUPS_REFUSED,
                        parts.coordination().groups().counters()::refusedCount,
                        grown ->
                                grown
                                        + " calls for new groups were refused, there are "
                                        + parts.coordination().groups().counters().groupCount()));
        looks.add(
                each(
                        troubles,
                        Trouble.MEMBER_EXPIRED,
                        parts.coordination().groups().counters()::expiredCount,
                        grown ->
                                "nothing was heard of "
                                        + grown
                                        + " members for their session timeout, the last of the"
                                        + " group "
                                        + parts.coordination().groups().counters().lastExpired()));
        return TroubleWatch.started(
                troubles,
                environment.getProperty(TroubleWatch.WATCHES_PROCESS, Boolean.class, true),
                properties.troubles().resentShareMax(),
                looks);
    }

    /** Notes every growth of a counter. */
    private static Look each(
            Troubles troubles, Trouble kind, LongSupplier counter, LongFunction<String> words) {
        return new Growth(troubles, kind, counter, SECOND, 1, words);
    }
}
