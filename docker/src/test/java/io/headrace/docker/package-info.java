/**
 * That the images and compose fit the services: every setting, port, target and file that they name
 * is one that there is. {@link io.headrace.docker.ComposeTest} and {@link
 * io.headrace.docker.DockerfileTest} only read files, so they need no container engine. {@link
 * io.headrace.docker.ContainersTest} uses the cluster itself, where one runs, and {@link
 * io.headrace.docker.StandaloneContainerTest} starts standalone's image, both by Testcontainers.
 */
package io.headrace.docker;
