package io.headrace.model.telemetry;

/** Something that {@link TroubleWatch} looks at again and again. Must be quick, and not wait. */
public interface Look {

    /**
     * @param nowNs of the clock that {@link System#nanoTime} is
     */
    void look(long nowNs);
}
