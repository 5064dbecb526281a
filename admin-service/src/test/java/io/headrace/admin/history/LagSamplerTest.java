package io.headrace.admin.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.admin.envelope.V3Exception;
import io.headrace.admin.wiring.AdminFixture;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class LagSamplerTest {

    private final AdminFixture admin = AdminFixture.shared();

    @Test
    void changesAreStoredOnceAndForgottenInTime() {
        new SampledPast(admin.admin()).check();
    }

    @Test
    void whoIsNoLongerTheControllerChangesNothing() {
        new SampledPast(admin.admin()).checkOldTerm();
    }

    @Test
    void aRoundIsBoundedAndTheNextOneGoesOn() {
        SampledPast past = new SampledPast(admin.admin());
        for (int g = 0; g < 4; g++) {
            for (int p = 0; p < 3; p++) {
                past.brokers().set("bounded-" + g, p, g, 10);
            }
        }
        LagSampler sampler = past.sampler(7);
        sampler.round();
        assertThat(past.brokers().partitionsAsked).isEqualTo(3);
        assertThat(groups(past)).containsExactlyInAnyOrder("bounded-0", "bounded-1");
        sampler.round();
        assertThat(groups(past)).hasSize(4);
        past.brokers().groups.remove("bounded-0");
        sampler.round();
        sampler.round();
        assertThat(groups(past)).hasSize(3);
    }

    private static Set<String> groups(SampledPast past) {
        Set<String> groups = new HashSet<>();
        past.shown().forEach(observed -> groups.add(observed.group()));
        return groups;
    }

    @Test
    void withoutTheDatabaseTheMetricsGoOnAndThePastIsAwayForNow() {
        DriverManagerDataSource nowhere =
                new DriverManagerDataSource("jdbc:h2:tcp://127.0.0.1:1/nowhere", "x", "");
        JdbcTemplate jdbc = new JdbcTemplate(nowhere);
        SampleStore store = new SampleStore(jdbc, new DataSourceTransactionManager(nowhere));
        SampledPast past = new SampledPast(store, admin.bean(ResetLog.class), jdbc);
        past.brokers().set("homeless", 0, 1, 3);
        LagSampler sampler = past.sampler(10);
        sampler.round();
        assertThat(past.shown()).hasSize(1);
        assertThat(sampler.failureCount()).isPositive();
        LagHistory history = new LagHistory(store, past.limits(1));
        assertThatThrownBy(
                        () ->
                                history.lines(
                                        new LagHistory.Query(
                                                "homeless",
                                                java.util.Optional.empty(),
                                                java.util.Optional.empty(),
                                                0,
                                                1,
                                                1)))
                .isInstanceOfSatisfying(
                        V3Exception.class, e -> assertThat(e.status()).isEqualTo(503));
    }
}
