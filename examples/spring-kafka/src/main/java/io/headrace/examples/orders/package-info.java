/** Takes orders over REST, keeps them in a topic, and ships each from a listener. */
package io.headrace.examples.orders;
