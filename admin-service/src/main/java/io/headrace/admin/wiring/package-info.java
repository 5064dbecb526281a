/**
 * Puts the rooms together: configuration properties, beans, the order of start and stop, and the
 * sentences for failures at start. Imports everything; nothing imports it.
 */
@NullMarked
package io.headrace.admin.wiring;

import org.jspecify.annotations.NullMarked;
