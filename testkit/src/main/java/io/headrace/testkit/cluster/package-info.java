/** Cluster images as tests want them. Imports the model. */
@NullMarked
package io.headrace.testkit.cluster;

import org.jspecify.annotations.NullMarked;
