package io.headrace.admin.controller;

/**
 * One time in office of one controller.
 *
 * @param epoch controller epoch, taken by compare-and-set
 * @param epochNodeVersion version of {@code /controller/epoch} after that; every write of the term
 *     checks it
 */
public record Term(int epoch, int epochNodeVersion) {}
