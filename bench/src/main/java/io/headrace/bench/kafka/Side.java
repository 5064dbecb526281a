package io.headrace.bench.kafka;

import io.headrace.bench.machine.ProcessUsage;

/**
 * One of the two that are compared.
 *
 * @param bootstrap as {@code bootstrap.servers} takes it
 */
record Side(String name, String bootstrap, ProcessUsage usage, Topics topics)
        implements AutoCloseable {

    Side(String name, String bootstrap, ProcessUsage usage) {
        this(name, bootstrap, usage, new Topics(bootstrap));
    }

    @Override
    public void close() {
        topics.close();
    }
}
