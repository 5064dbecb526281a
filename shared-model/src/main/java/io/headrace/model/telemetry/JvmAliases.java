package io.headrace.model.telemetry;

import com.sun.management.UnixOperatingSystemMXBean;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.concurrent.TimeUnit;

/**
 * Figures of the process under the names that dashboards for Kafka ask for; Micrometer has the same
 * ones under names of its own.
 */
public final class JvmAliases implements MeterBinder {

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder(
                        "jvm.threads.current",
                        ManagementFactory.getThreadMXBean(),
                        ThreadMXBean::getThreadCount)
                .register(registry);
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean os) {
            Gauge.builder(
                            "process.open.fds",
                            os,
                            UnixOperatingSystemMXBean::getOpenFileDescriptorCount)
                    .register(registry);
        }
        for (GarbageCollectorMXBean each : ManagementFactory.getGarbageCollectorMXBeans()) {
            FunctionTimer.builder(
                            "jvm.gc.collection",
                            each,
                            GarbageCollectorMXBean::getCollectionCount,
                            GarbageCollectorMXBean::getCollectionTime,
                            TimeUnit.MILLISECONDS)
                    .tag("gc", each.getName())
                    .register(registry);
        }
    }
}
