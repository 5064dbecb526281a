package io.headrace.model.record;

/**
 * What is wrong with one record of a batch that is otherwise readable.
 *
 * @param index of the record in its batch, from 0
 */
public record RecordFault(int index, String text) {}
