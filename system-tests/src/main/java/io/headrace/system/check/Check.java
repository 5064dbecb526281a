package io.headrace.system.check;

/** What is checked; the names are those of the reference on reliability. */
public enum Check {
    /** An acknowledged value is not in the final log. */
    C1("lost"),
    /** One offset held two values. */
    C2("two values at one offset"),
    /** One value of an idempotent producer stands at two offsets. */
    C3("duplicate"),
    /** Acknowledged values of one producer stand in another order than they were sent in. */
    C4("reordered"),
    /** A reader went back, or went past a value that was there. */
    C5("reader out of order"),
    /** A value was read that was never sent to that partition, or is damaged. */
    C6("invented"),
    /** The reply said another offset than the value has. */
    C7("false offset in a reply"),
    /** A value was read that is not in the final log. */
    C8("read, then gone"),
    /** A value was read whose send had certainly failed. */
    C9("failed and yet done"),
    /** The start or the end of a log went back. */
    C10("bounds went back"),
    /** A partition had two owners in one generation. */
    C11("two owners"),
    /** A committed offset went back, or a commit of an old generation was accepted. */
    C12("commit"),
    /** Values in the final log that no reader of the run saw. */
    C18("unseen"),
    /** Replicas differ. */
    C19("replicas differ"),
    /** The history of the metadata breaks a rule. */
    C20("metadata"),
    /** Values in the final log that no member of a group got, or twice without a rebalance. */
    C21("not delivered to the group, or twice"),
    /** Something did not go on, or did not come back in time. */
    C22("stuck"),
    /** The history does not hold what a judgement needs. */
    INCOMPLETE("cannot be judged");

    private final String meaning;

    Check(String meaning) {
        this.meaning = meaning;
    }

    public String meaning() {
        return meaning;
    }
}
