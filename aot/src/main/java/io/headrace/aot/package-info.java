/**
 * Build time only: writes the bean definitions of a service as code, so that its start reads no
 * annotations and decides no conditions. Entry: {@link ServiceAotProcessor}, run by the build of
 * each service; nothing of this is in what runs.
 */
@NullMarked
package io.headrace.aot;

import org.jspecify.annotations.NullMarked;
