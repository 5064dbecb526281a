package io.headrace.bench.log;

/**
 * How fast bytes went.
 *
 * @param wall GB per second
 * @param cpu GB per CPU second of the thread
 */
record Speed(double wall, double cpu) {}
