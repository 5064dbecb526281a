package io.headrace.admin.envelope;

/**
 * @param related absolute URL of another resource
 */
public record V3Link(String related) {}
