package io.headrace.examples.orders;

/**
 * @param customer whose orders stay in order: the record's key
 */
public record Order(String customer, String item, int count) {}
