package io.headrace.broker.cluster;

import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.topic.TopicConfig;
import io.headrace.model.topic.TopicId;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * Who keeps the replicas of this broker; called by the converger's thread only.
 *
 * <p>Every method may be repeated: what is already so stays so.
 */
public interface ReplicaHost {

    /** The replicas whose files lie under the name of their partition. */
    List<LocalReplica> held() throws IOException;

    /** Opens the replica, creating its files when there are none, and applies the settings. */
    void open(LocalReplica replica, TopicConfig config) throws IOException;

    /**
     * Leads from now on as the topic's state says; a state older than the known one changes
     * nothing.
     */
    void lead(LocalReplica replica, TopicImage topic, TopicConfig config) throws IOException;

    /** Stops leading, keeps the files. */
    void follow(LocalReplica replica, PartitionState state);

    /** Stops serving a replica that the image does not explain; keeps the files. */
    void suspend(LocalReplica replica);

    /** Closes the replica and renames its files aside, so that its name is free. */
    void setAside(LocalReplica replica) throws IOException;

    /** Topics that have files aside. */
    Set<TopicId> aside() throws IOException;

    /** Removes the files that were set aside for a topic. */
    void purge(TopicId topicId) throws IOException;
}
