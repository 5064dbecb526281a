package io.headrace.model.coordination;

import java.time.Duration;

/**
 * ZooKeeper did not answer within the time given; services turn this into one sentence at start.
 */
public final class ZkUnreachableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ZkUnreachableException(String connectString, Duration waited) {
        super(
                "ZooKeeper at "
                        + connectString
                        + " did not answer within "
                        + waited.toMillis()
                        + " ms");
    }
}
