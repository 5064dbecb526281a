package io.headrace.model.cluster;

/**
 * A live admin-service or gateway.
 *
 * @param url base of its HTTP API without a trailing slash
 */
public record ServiceRegistration(String id, String url, String version) {}
