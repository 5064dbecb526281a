package io.headrace.gateway.wiring;

import io.headrace.model.coordination.ZkUnreachableException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says in one sentence what to do when ZooKeeper cannot be reached at start. */
class ZooKeeperFailureAnalyzer extends AbstractFailureAnalyzer<ZkUnreachableException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ZkUnreachableException cause) {
        return new FailureAnalysis(
                cause.getMessage() + ".",
                "Start ZooKeeper, or name the right address with --headrace.zookeeper.connect=host:port.",
                cause);
    }
}
