package io.headrace.broker.log;

/** A batch boundary in a segment file: the batch that begins there has the base offset. */
record BatchPosition(long baseOffset, int position) {}
