package io.headrace.admin.wiring;

import io.headrace.admin.audit.AuditLog;
import io.headrace.admin.controller.Controller;
import io.headrace.admin.group.GroupChanges;
import io.headrace.admin.group.GroupReads;
import io.headrace.admin.history.HistoryLimits;
import io.headrace.admin.history.LagHistory;
import io.headrace.admin.history.LagSampler;
import io.headrace.admin.history.ResetLog;
import io.headrace.admin.history.ResetRepository;
import io.headrace.admin.history.SampleStore;
import io.headrace.admin.kafka.KafkaAdmin;
import io.headrace.admin.kafka.MoveProgress;
import io.headrace.admin.kafka.PartitionLoads;
import io.headrace.admin.telemetry.LagMetrics;
import io.headrace.admin.topic.RecordDeletion;
import io.headrace.model.coordination.ClusterWatch;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import tools.jackson.databind.ObjectMapper;

/** Groups and their history. Nothing here touches a broker or Kafka's classes at start. */
@Configuration(proxyBeanMethods = false)
class GroupConfiguration {

    @Bean(destroyMethod = "close")
    KafkaAdmin kafkaAdmin(ClusterWatch watch, AdminProperties properties, AdminId adminId) {
        return new KafkaAdmin(
                watch::image,
                new KafkaAdmin.Settings(
                        adminId.value(),
                        properties.groups().configuredListener(),
                        properties.groups().timeout()));
    }

    @Bean
    PartitionLoads partitionLoads(KafkaAdmin kafka, ClusterWatch watch, Clock clock) {
        return new PartitionLoads(
                () -> kafka.partitionSizes(watch.image().brokers().keySet()), clock);
    }

    @Bean
    MoveProgress moveProgress(KafkaAdmin kafka, Clock clock) {
        return new MoveProgress(kafka::replicaSizes, clock);
    }

    @Bean
    GroupReads groupReads(KafkaAdmin kafka, ClusterWatch watch) {
        return new GroupReads(kafka, watch::image);
    }

    @Bean
    GroupChanges groupChanges(
            KafkaAdmin kafka,
            GroupReads reads,
            ClusterWatch watch,
            ResetLog resets,
            AuditLog audit,
            ObjectMapper json) {
        return new GroupChanges(kafka, reads, watch::image, resets, audit, json);
    }

    @Bean
    RecordDeletion recordDeletion(KafkaAdmin kafka, AuditLog audit, ObjectMapper json) {
        return new RecordDeletion(kafka, audit, json);
    }

    @Bean
    HistoryLimits historyLimits(AdminProperties properties) {
        AdminProperties.History history = properties.history();
        return new HistoryLimits(
                history.interval(),
                history.retention(),
                history.resetRetention(),
                history.partitionsPerRound(),
                history.seriesMax());
    }

    @Bean
    ResetLog resetLog(ResetRepository rows, ObjectMapper json, Clock clock) {
        return new ResetLog(rows, json, clock);
    }

    @Bean
    SampleStore sampleStore(JdbcTemplate jdbc, PlatformTransactionManager transactions) {
        return new SampleStore(jdbc, transactions);
    }

    @Bean
    LagHistory lagHistory(SampleStore store, HistoryLimits limits) {
        return new LagHistory(store, limits);
    }

    @Bean
    LagMetrics lagMetrics(AdminProperties properties) {
        AdminProperties.Metrics bounds = properties.metrics();
        return new LagMetrics(bounds.lagsMax(), bounds.lagSumsMax());
    }

    @Bean
    MeterBinder lagFailures(LagSampler sampler) {
        return LagMetrics.failures(sampler);
    }

    /** Started and stopped with the controller. */
    @Bean(destroyMethod = "")
    LagSampler lagSampler(
            KafkaAdmin kafka,
            SampleStore store,
            ResetLog resets,
            Controller controller,
            LagMetrics metrics,
            HistoryLimits limits,
            Clock clock) {
        return new LagSampler(
                kafka, store, resets, controller::epoch, metrics::show, limits, clock);
    }
}
