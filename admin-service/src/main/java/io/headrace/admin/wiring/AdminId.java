package io.headrace.admin.wiring;

/** The id of this instance in the election and in its registration. */
public record AdminId(String value) {}
