package io.headrace.gateway.wiring;

import io.headrace.model.telemetry.NetworkLoss;
import io.headrace.model.telemetry.PauseWatch;
import io.headrace.model.telemetry.TroubleWatch;
import io.headrace.model.telemetry.Troubles;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Troubles of the process and its machine, and who looks for them. */
@Configuration(proxyBeanMethods = false)
class TroubleConfiguration {

    @Bean
    Troubles troubles() {
        return new Troubles(System::nanoTime);
    }

    @Bean
    PauseWatch pauseWatch(Troubles troubles) {
        return new PauseWatch(troubles);
    }

    @Bean
    NetworkLoss networkLoss(Troubles troubles) {
        return new NetworkLoss(troubles, NetworkLoss.FIGURES, NetworkLoss.SHARE_MAX);
    }

    @Bean(destroyMethod = "close")
    TroubleWatch troubleWatch(PauseWatch pauses, NetworkLoss network) {
        return TroubleWatch.started(pauses, List.of(network));
    }
}
