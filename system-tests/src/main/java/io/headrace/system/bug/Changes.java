package io.headrace.system.bug;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.util.function.Consumer;

/** Ways to change a method. */
final class Changes {

    private Changes() {}

    /** Something else is done instead of all of it. */
    static CodeTransform instead(Consumer<CodeBuilder> body) {
        return new CodeTransform() {

            @Override
            public void atStart(CodeBuilder code) {
                body.accept(code);
            }

            @Override
            public void accept(CodeBuilder code, CodeElement element) {
                // Nothing of the method stays.
            }
        };
    }
}
