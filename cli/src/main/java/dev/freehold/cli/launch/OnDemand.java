// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.launch;

import io.helidon.common.Size;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;

/**
 * What two classes of others prepare at every start, and nobody here asks for: SQLite's driver the
 * form of dates in text, with all calendars that the JDK knows, and Helidon a size in words, with
 * the JDK's decimal numbers. The one is made when it is asked for, the other is the number that it
 * comes to.
 */
final class OnDemand {
  private static final String DATES = "org/sqlite/SQLiteConnectionConfig.class";
  private static final ClassDesc FORM = ClassDesc.of("org.sqlite.date.FastDateFormat");
  private static final String SIZES = "io/helidon/http/HttpConfig$BuilderBase.class";
  private static final ClassDesc SIZE = ClassDesc.of("io.helidon.common.Size");

  private OnDemand() {}

  /** Whether an entry of a jar is one of the two classes. */
  static boolean in(String entry) {
    return entry.equals(DATES) || entry.equals(SIZES);
  }

  /**
   * The class without its preparations, the rest as it was.
   *
   * @param entry its name in the jar, one that is {@link #in}
   * @param types where the classes that it names are found
   */
  static byte[] later(String entry, byte[] type, ClassHierarchyResolver types) {
    ClassFile form = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(types));
    return form.transformClass(form.parse(type), entry.equals(DATES) ? dates() : sizes());
  }

  /** No field holds the form of dates any longer; whoever asks for it has it made. */
  private static ClassTransform dates() {
    CodeTransform none =
        (code, element) -> {
          if (calls(element, FORM, "getInstance")) {
            code.pop().aconst_null();
          } else {
            code.with(element);
          }
        };
    return ClassTransform.transformingMethodBodies(method -> !givesForm(method), none)
        .andThen(
            (type, element) -> {
              if (element instanceof MethodModel method && givesForm(method)) {
                type.withMethodBody(
                    method.methodName(),
                    method.methodType(),
                    method.flags().flagsMask(),
                    code ->
                        code.aload(0)
                            .getfield(
                                ClassDesc.of("org.sqlite.SQLiteConnectionConfig"),
                                "dateStringFormat",
                                ConstantDescs.CD_String)
                            .invokestatic(
                                FORM,
                                "getInstance",
                                MethodTypeDesc.of(FORM, ConstantDescs.CD_String))
                            .areturn());
              } else {
                type.with(element);
              }
            });
  }

  private static boolean givesForm(MethodModel method) {
    return method.methodName().equalsString("getDateFormat");
  }

  /** Sizes that are constants are read here instead. */
  private static ClassTransform sizes() {
    return ClassTransform.transformingMethodBodies(
        (code, element) -> {
          if (element instanceof ConstantInstruction constant
              && constant.constantValue() instanceof String words
              && words.matches("[0-9]+ [KMG]B")) {
            code.loadConstant(Size.parse(words).toBytes());
          } else if (calls(element, SIZE, "parse")) {
            code.invokestatic(SIZE, "create", MethodTypeDesc.of(SIZE, ConstantDescs.CD_long), true);
          } else {
            code.with(element);
          }
        });
  }

  private static boolean calls(CodeElement element, ClassDesc owner, String name) {
    return element instanceof InvokeInstruction call
        && call.owner().asSymbol().equals(owner)
        && call.name().equalsString(name);
  }
}
