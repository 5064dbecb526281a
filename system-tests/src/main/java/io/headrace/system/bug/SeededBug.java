package io.headrace.system.bug;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import java.util.function.Supplier;

/**
 * One bug: what it is, the plan that must show it, and the method that it changes.
 *
 * <p>A bug is caught when a run of its plan finds something under one of its checks.
 */
public enum SeededBug {
    ACK_BEFORE_REPLICAS(
            "what the leader has is committed, whatever the others have",
            "F9",
            List.of("C1"),
            "replica/Followers",
            "committable",
            () -> Changes.instead(code -> code.lload(1).lreturn())),
    ACK_BEFORE_FLUSH(
            "acknowledgements do not wait for the disk",
            "F28",
            List.of("C1"),
            "replica/LeaderRole",
            "flushesOnAck",
            () -> Changes.instead(code -> code.iconst_0().ireturn())),
    READ_BEYOND_COMMITTED(
            "consumers read up to the end of the leader's log",
            "F9",
            List.of("C2", "C8"),
            "replica/Partition",
            "readCommitted",
            SeededBug::readToEnd),
    NO_SEQUENCE_CHECK(
            "an idempotent producer's sequence is not looked at",
            "F20",
            List.of("C3"),
            "log/producer/ProducerStates",
            "isNext",
            () -> Changes.instead(code -> code.iconst_1().ireturn())),
    FOLLOWER_FORGETS_PRODUCERS(
            "a follower does not note the sequences that it copies",
            "F9",
            List.of("C3"),
            "log/LogAppender",
            "appendAsFollower",
            SeededBug::notNoted),
    TRUNCATE_TO_WATERMARK(
            "a replica is cut at the high watermark that was written down when it is opened",
            "F3",
            List.of("C1"),
            "replica/Partition",
            ConstantDescs.INIT_NAME,
            SeededBug::cutWhenOpened),
    NO_NEW_LEADER_EPOCH(
            "an election leaves the leader epoch as it is",
            "F9",
            List.of("C1", "C2", "C19", "C20"),
            "../admin/controller/LeaderElection",
            "",
            SeededBug::sameEpoch),
    DAMAGE_IS_TRUSTED(
            "checksums are not compared",
            "F33",
            List.of("C6", "C8", "C19"),
            "../model/record/RecordBatch",
            "isCrcValid",
            () -> Changes.instead(code -> code.iconst_1().ireturn())),
    EPOCHS_FORGOTTEN(
            "a log does not write down its leader epochs",
            "F4",
            List.of("C1", "C2", "C19"),
            "log/epoch/LeaderEpochs",
            "write",
            () -> Changes.instead(CodeBuilder::return_)),
    COMMITTED_BELOW_MINIMUM(
            "the high watermark rises although fewer than the minimum are in sync",
            "F30",
            List.of("C1", "C2", "C8"),
            "replica/Leadership",
            "mayCommit",
            () -> Changes.instead(code -> code.iconst_1().ireturn())),
    NEW_EPOCH_ANY_SEQUENCE(
            "the first sequence of a new producer epoch is not looked at",
            "F20",
            List.of("C3"),
            "log/producer/ProducerStates",
            "isNext",
            SeededBug::anyFirstSequence),
    COMMIT_OF_ANYBODY(
            "an offset commit is taken from whatever member and generation",
            "F8",
            List.of("C12"),
            "group/OffsetKeeper",
            "wrong",
            () -> Changes.instead(SeededBug::noError)),
    TWO_OWNERS(
            "every member of a group is given the same partitions",
            "F8",
            List.of("C11"),
            "group/Rebalances",
            "assign",
            SeededBug::firstForAll),
    INDEX_OFF_BY_ONE(
            "a search in an index ends one entry too far",
            "F1",
            List.of("C1", "C5", "C8", "C18", "C19"),
            "log/SparseIndex",
            "floorIn",
            SeededBug::oneEntryOn),
    FAILED_FLUSH_IS_GOOD(
            "a flush that failed is taken as good",
            "F24",
            List.of("C1"),
            "disk/RealDiskFile",
            "force",
            () -> Changes.instead(SeededBug::flushAnyhow)),
    GIVEN_UP_WITHOUT_METADATA(
            "what the metadata do not explain is taken for deleted",
            "F42",
            List.of("C1"),
            "cluster/ConvergeStep",
            "",
            SeededBug::setAside),
    CONTROLLER_EPOCH_STAYS(
            "a new controller takes the epoch of the old one",
            "F7",
            List.of("C20"),
            "../admin/controller/ControllerElection",
            "takeEpoch",
            SeededBug::sameEpoch),
    COMPACTION_DROPS_LATEST(
            "compaction drops the latest value of a key",
            "F57",
            List.of("C1"),
            "log/compaction/SegmentCleaner",
            "keeps",
            SeededBug::onlyBehindLatest);

    private static final String ROOT = "io/headrace/broker/";

    private final String summary;
    private final String plan;
    private final List<String> checks;
    private final String type;
    private final String method;
    private final Supplier<CodeTransform> change;

    /**
     * @param type below {@value #ROOT}
     * @param method empty: every method of the type
     */
    SeededBug(
            String summary,
            String plan,
            List<String> checks,
            String type,
            String method,
            Supplier<CodeTransform> change) {
        this.summary = summary;
        this.plan = plan;
        this.checks = checks;
        this.type = type.startsWith("../") ? "io/headrace/" + type.substring(3) : ROOT + type;
        this.method = method;
        this.change = change;
    }

    public String summary() {
        return summary;
    }

    public String plan() {
        return plan;
    }

    /** By their names. */
    public List<String> checks() {
        return checks;
    }

    /** Internal name of the class that it is in. */
    public String type() {
        return type;
    }

    boolean isIn(String methodName) {
        return method.isEmpty() || method.equals(methodName);
    }

    /** For one method. */
    CodeTransform change() {
        return change.get();
    }

    private static ClassDesc broker(String name) {
        return ClassDesc.ofInternalName(ROOT + name);
    }

    private static CodeTransform readToEnd() {
        ClassDesc log = broker("log/PartitionLog");
        return (code, element) -> {
            if (element instanceof FieldInstruction field
                    && field.name().equalsString("highWatermark")) {
                code.getfield(broker("replica/Partition"), "log", log);
                code.invokevirtual(log, "logEndOffset", MethodTypeDesc.of(ConstantDescs.CD_long));
            } else {
                code.with(element);
            }
        };
    }

    private static CodeTransform notNoted() {
        return (code, element) -> {
            if (element instanceof InvokeInstruction call
                    && call.name().equalsString("noteProducers")) {
                code.pop2().pop(); // the time, and whose method it is
            } else {
                code.with(element);
            }
        };
    }

    private static CodeTransform cutWhenOpened() {
        ClassDesc partition = broker("replica/Partition");
        ClassDesc log = broker("log/PartitionLog");
        return (code, element) -> {
            if (element instanceof ReturnInstruction) {
                code.aload(0).getfield(partition, "log", log);
                code.aload(0).getfield(partition, "highWatermark", ConstantDescs.CD_long);
                code.invokevirtual(
                        log,
                        "truncateTo",
                        MethodTypeDesc.of(ConstantDescs.CD_long, ConstantDescs.CD_long));
                code.pop2();
            }
            code.with(element);
        };
    }

    /** The first sum of a method is the next epoch. */
    private static CodeTransform sameEpoch() {
        boolean[] isDone = {false};
        return (code, element) -> {
            if (!isDone[0]
                    && element instanceof OperatorInstruction sum
                    && sum.opcode() == Opcode.IADD) {
                isDone[0] = true;
                code.pop();
            } else {
                code.with(element);
            }
        };
    }

    /** The second "if not 0" is that of the sequence. */
    private static CodeTransform anyFirstSequence() {
        int[] seen = {0};
        return (code, element) -> {
            if (element instanceof BranchInstruction branch
                    && branch.opcode() == Opcode.IFNE
                    && ++seen[0] == 2) {
                code.pop();
            } else {
                code.with(element);
            }
        };
    }

    private static CodeTransform setAside() {
        ClassDesc errors = ClassDesc.ofInternalName("io/headrace/model/error/ErrorCode");
        ClassDesc held = broker("cluster/LocalReplica");
        return (code, element) -> {
            if (element instanceof InvokeInstruction call && call.name().equalsString("suspend")) {
                code.getstatic(errors, "UNKNOWN_TOPIC_OR_PARTITION", errors);
                code.invokeinterface(
                        broker("cluster/ReplicaHost"),
                        "setAside",
                        MethodTypeDesc.of(ConstantDescs.CD_void, held, errors));
            } else {
                code.with(element);
            }
        };
    }

    private static void noError(CodeBuilder code) {
        ClassDesc errors = ClassDesc.ofInternalName("io/headrace/model/error/ErrorCode");
        code.getstatic(errors, "NONE", errors).areturn();
    }

    private static CodeTransform firstForAll() {
        ClassDesc iterator = ClassDesc.of("java.util.Iterator");
        ClassDesc collection = ClassDesc.of("java.util.Collection");
        return (code, element) -> {
            if (element instanceof InvokeInstruction call
                    && call.name().equalsString("getOrDefault")) {
                code.pop2(); // the member and what it has without an assignment
                code.invokeinterface(ConstantDescs.CD_Map, "values", MethodTypeDesc.of(collection));
                code.invokeinterface(collection, "iterator", MethodTypeDesc.of(iterator));
                code.invokeinterface(iterator, "next", MethodTypeDesc.of(ConstantDescs.CD_Object));
            } else {
                code.with(element);
            }
        };
    }

    /** Its third argument is the count of entries. */
    private static CodeTransform oneEntryOn() {
        return (code, element) -> {
            code.with(element);
            if (element instanceof InvokeInstruction call
                    && call.name().equalsString("floorSlot")) {
                code.iconst_1().iadd().iload(2).iconst_1().isub();
                code.invokestatic(
                        ClassDesc.of("java.lang.Math"),
                        "min",
                        MethodTypeDesc.of(
                                ConstantDescs.CD_int, ConstantDescs.CD_int, ConstantDescs.CD_int));
            }
        };
    }

    private static void flushAnyhow(CodeBuilder code) {
        ClassDesc channel = ClassDesc.of("java.nio.channels.FileChannel");
        code.trying(
                block -> {
                    block.aload(0).getfield(broker("disk/RealDiskFile"), "channel", channel);
                    block.iconst_0();
                    block.invokevirtual(
                            channel,
                            "force",
                            MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_boolean));
                },
                failed -> failed.catchingAll(CodeBuilder::pop));
        code.return_();
    }

    private static CodeTransform onlyBehindLatest() {
        return (code, element) -> {
            if (element instanceof BranchInstruction branch && branch.opcode() == Opcode.IFLT) {
                code.ifle(branch.target());
            } else {
                code.with(element);
            }
        };
    }
}
