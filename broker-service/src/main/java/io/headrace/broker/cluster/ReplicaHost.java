package io.headrace.broker.cluster;

import io.headrace.model.cluster.PartitionState;
import io.headrace.model.cluster.TopicImage;
import io.headrace.model.error.ErrorCode;
import io.headrace.model.topic.TopicConfig;
import java.io.IOException;
import java.util.List;

/**
 * Who keeps the replicas of this broker.
 *
 * <p>Every method may be repeated: what is already so stays so. Called by the converger only;
 * {@link #open}, {@link #lead}, {@link #follow}, {@link #suspend} and {@link #setAside} of
 * different replicas may come at the same time on several threads, those of one replica come in
 * order.
 *
 * <p>A replica is opened, leads or follows again only when the image of its topic changed; where
 * the leader listens may change without that.
 */
public interface ReplicaHost {

    /** The replicas whose files lie under the name of their partition. */
    List<LocalReplica> held() throws IOException;

    /**
     * Opens the replica, creating its files when there are none, and applies the settings.
     *
     * @throws DamagedReplicaException if its files will not open until they are repaired
     */
    void open(LocalReplica replica, TopicConfig config) throws IOException;

    /**
     * Leads from now on as the topic's state says; a state older than the known one changes
     * nothing.
     */
    void lead(LocalReplica replica, TopicImage topic, TopicConfig config);

    /** Stops leading, keeps the files. */
    void follow(LocalReplica replica, PartitionState state);

    /** Stops serving a replica that the image does not explain; keeps the files. */
    void suspend(LocalReplica replica);

    /**
     * Closes the replica and renames its files aside, so that its name is free.
     *
     * @param reason what who waits on it is told
     */
    void setAside(LocalReplica replica, ErrorCode reason) throws IOException;

    /**
     * Renames the files of a replica that is damaged aside for good, so that it can be opened empty
     * and copied again.
     */
    void keepAside(LocalReplica replica) throws IOException;

    /** The files that were set aside, in this run or an earlier one. */
    List<SetAside> aside() throws IOException;

    /** Removes files that were set aside. */
    void purge(SetAside files) throws IOException;
}
