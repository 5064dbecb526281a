/**
 * What the manifests of {@code k8s/} must be, checked without a cluster: every overlay is rendered
 * ({@link io.headrace.k8s.Kustomization}), loaded into typed models ({@link
 * io.headrace.k8s.Manifests}) and asked. Nothing here runs in production.
 */
package io.headrace.k8s;
