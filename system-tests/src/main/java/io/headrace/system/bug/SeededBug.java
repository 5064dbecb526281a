package io.headrace.system.bug;

import java.lang.classfile.CodeTransform;
import java.lang.classfile.Opcode;
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
            List.of("C1", "C2", "C19", "C22"),
            "../admin/controller/LeaderElection",
            "",
            SeededBug::sameEpoch),
    DAMAGE_IS_TRUSTED(
            "checksums are not compared",
            "F33",
            List.of("C6", "C8", "C19", "C22"),
            "../model/record/RecordBatch",
            "isCrcValid",
            () -> Changes.instead(code -> code.iconst_1().ireturn()));

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

    /** The first sum of a method that makes a new state is the leader epoch's. */
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
}
