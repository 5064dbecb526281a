/**
 * Topics, their settings, partitions and replicas over the v3 REST API.
 *
 * <p>Entries: {@link io.headrace.admin.topic.TopicChanges} (every change: to the controller, then
 * to the audit log) and the {@code *Resource} classes. Reads come from the cluster image only,
 * except offsets, which the partition's leader is asked for.
 *
 * <p>Imports {@code controller}, {@code kafka} (deletion of records), {@code audit} and {@code
 * envelope}.
 */
@NullMarked
package io.headrace.admin.topic;

import org.jspecify.annotations.NullMarked;
