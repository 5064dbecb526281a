package io.headrace.admin.wiring;

import io.headrace.model.telemetry.TroubleWatch;
import io.headrace.model.telemetry.Troubles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** Troubles of the process and its machine, and who looks for them. */
@Configuration(proxyBeanMethods = false)
class TroubleConfiguration {

    @Bean
    Troubles troubles() {
        return new Troubles(System::nanoTime);
    }

    @Bean(destroyMethod = "close")
    TroubleWatch troubleWatch(Troubles troubles, Environment environment) {
        return TroubleWatch.started(
                troubles,
                environment.getProperty(TroubleWatch.WATCHES_PROCESS, Boolean.class, true));
    }
}
