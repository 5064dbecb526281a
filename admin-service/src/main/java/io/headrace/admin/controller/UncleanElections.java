package io.headrace.admin.controller;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts, on their way to the store, elections of leaders that may lack committed records. Those
 * whose write ended unknown are not counted.
 */
public final class UncleanElections implements ClusterStore {

    private static final Logger LOG = LoggerFactory.getLogger(UncleanElections.class);

    private final ClusterStore store;
    private final LongAdder count = new LongAdder();

    public UncleanElections(ClusterStore store) {
        this.store = store;
    }

    /** Since this process started. */
    public long count() {
        return count.sum();
    }

    @Override
    public Commit commit(Term term, List<ClusterWrite> step) throws InterruptedException {
        Commit commit = store.commit(term, step);
        if (commit == Commit.DONE) {
            for (ClusterWrite write : step) {
                if (write instanceof ClusterWrite.Elect elect) {
                    note(elect);
                }
            }
        }
        return commit;
    }

    private void note(ClusterWrite.Elect elect) {
        elect.changes()
                .forEach(
                        (partition, change) -> {
                            if (change.isUnclean()) {
                                count.increment();
                                LOG.atWarn()
                                        .addKeyValue("topic", elect.topic())
                                        .addKeyValue("partition", partition)
                                        .addKeyValue("leader", change.after().leader())
                                        .log("Unclean election: committed records may be lost");
                            }
                        });
    }

    @Override
    public Remembered rememberedBrokers() throws Exception {
        return store.rememberedBrokers();
    }
}
