package io.headrace.admin.controller;

import io.headrace.model.cluster.ClusterImage;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/** The cluster image as the controller reads it: the watch, or a fake in tests. */
public interface ClusterView {

    ClusterImage image();

    ClusterImage await(Predicate<ClusterImage> condition, Duration wait)
            throws InterruptedException, TimeoutException;
}
