package io.headrace.gateway.instance;

import io.headrace.model.coordination.ZkPaths;

/** Which instance: its group and its name in it. */
record InstanceKey(String group, String name) {

    /** Of its node in ZooKeeper. */
    String path() {
        return ZkPaths.consumer(group, name);
    }
}
