/**
 * Whole clusters in one thread: the real log, partition, replication, in-sync replicas, controller
 * core and group coordinator over a virtual clock, a simulated disk and network and a model of
 * ZooKeeper. One seed decides everything, also which kinds of faults there are.
 *
 * <p>Entry: {@link io.headrace.simulation.Simulation}. Only the environment is modelled, and the
 * loops that threads run in production: they drive {@code LeaderFetches}, {@code ConvergeStep},
 * {@code IsrBatch} and {@code ControllerCore} as {@code Fetcher}, {@code Converger}, {@code
 * IsrWriter} and {@code Controller} do. {@code Judge} looks at every replica after every event,
 * {@code GroupJudge} at every record of {@code __consumer_offsets}.
 *
 * <p>Owner: the thread that runs a simulation; nothing here knows another one.
 */
package io.headrace.simulation;
