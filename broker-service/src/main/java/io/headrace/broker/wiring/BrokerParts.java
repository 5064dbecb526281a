package io.headrace.broker.wiring;

import io.headrace.broker.http.BytesInFlight;
import io.headrace.broker.kafka.ConnectionDoctor;
import io.headrace.broker.replica.ReplicaManager;

/** The plain objects of the broker that the beans share. */
record BrokerParts(
        Broker broker,
        ReplicaManager replicas,
        BytesInFlight bytesInFlight,
        ConnectionDoctor doctor,
        Coordination coordination) {

    BrokerState state() {
        return new BrokerState(broker, replicas, bytesInFlight, doctor, coordination.groups());
    }
}
