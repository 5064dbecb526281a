package io.headrace.broker.log;

import java.io.IOException;

/**
 * Where a log has its offsets written down before it changes files in an order that a crash must
 * not turn around. Durable on return.
 */
interface LogCheckpoints {

    void saveRecoveryPoints() throws IOException;

    void saveLogStartOffsets() throws IOException;
}
