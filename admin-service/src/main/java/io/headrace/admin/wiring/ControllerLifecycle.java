package io.headrace.admin.wiring;

import io.headrace.admin.audit.AuditLog;
import io.headrace.admin.controller.Controller;
import io.headrace.admin.controller.ControllerElection;
import io.headrace.admin.history.LagSampler;
import io.headrace.model.coordination.ClusterWatch;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Starts the controller, the sampler of lag and the audit writer before the web server accepts, and
 * stops them after it has answered everything.
 */
@Component
class ControllerLifecycle implements SmartLifecycle {

    /** Before the web server, whose phase is {@code DEFAULT_PHASE - 2048}. */
    private static final int PHASE = DEFAULT_PHASE - 4096;

    private final Controller controller;
    private final ControllerElection election;
    private final AuditLog audit;
    private final ClusterWatch watch;
    private final LagSampler sampler;
    private volatile boolean isRunning;

    ControllerLifecycle(
            Controller controller,
            ControllerElection election,
            AuditLog audit,
            ClusterWatch watch,
            LagSampler sampler) {
        this.controller = controller;
        this.election = election;
        this.audit = audit;
        this.watch = watch;
        this.sampler = sampler;
    }

    @Override
    public void start() {
        audit.start();
        controller.start();
        watch.listen(image -> controller.clusterChanged());
        sampler.start();
        isRunning = true;
    }

    @Override
    public void stop() {
        sampler.close();
        election.close();
        controller.close();
        audit.close();
        isRunning = false;
    }

    @Override
    public boolean isRunning() {
        return isRunning;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
