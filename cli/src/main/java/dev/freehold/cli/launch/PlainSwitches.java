// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.launch;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.LoadableConstantEntry;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Switches over types, without a class that the JVM makes at run time. The compiler leaves the
 * choice of a case to {@code java.lang.runtime.SwitchBootstraps}, which makes a hidden class for
 * each switch when it is met first, and the JVM's archive (JEP 483) can't hold those: some fifty of
 * them until a first answer. Here the choice is a method of the class that switches.
 */
final class PlainSwitches {
  private static final byte[] MARK =
      "java/lang/runtime/SwitchBootstraps".getBytes(StandardCharsets.ISO_8859_1);
  private static final ClassDesc BOOTSTRAPS = ClassDesc.of("java.lang.runtime", "SwitchBootstraps");
  private static final MethodTypeDesc CHOICE =
      MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_Object, ConstantDescs.CD_int);

  private PlainSwitches() {}

  /** Whether a class may have a switch over types; a cheap look. */
  static boolean in(byte[] type) {
    return names(type, MARK);
  }

  /** Whether some bytes stand in a class. */
  static boolean names(byte[] type, byte[] mark) {
    for (int at = 0; at + mark.length <= type.length; at++) {
      if (Arrays.equals(type, at, at + mark.length, mark, 0, mark.length)) {
        return true;
      }
    }
    return false;
  }

  /**
   * The class with its switches over types made plain, the rest as it was. A switch that tells
   * constants apart, too, stays.
   *
   * @param types where the classes that it names are found
   */
  static byte[] plain(byte[] type, ClassHierarchyResolver types) {
    ClassFile form = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(types));
    ClassModel model = form.parse(type);
    boolean inInterface = model.flags().has(AccessFlag.INTERFACE);
    List<List<ClassEntry>> choices = new ArrayList<>();
    CodeTransform plain =
        (code, element) -> {
          if (element instanceof InvokeDynamicInstruction call && overTypes(call)) {
            String name = name(choices.size());
            choices.add(cases(call));
            code.invokestatic(model.thisClass().asSymbol(), name, CHOICE, inInterface);
          } else {
            code.with(element);
          }
        };
    return form.transformClass(
        model,
        ClassTransform.transformingMethodBodies(
                method ->
                    method.code().stream()
                        .flatMap(code -> code.elementStream())
                        .anyMatch(
                            element ->
                                element instanceof InvokeDynamicInstruction call
                                    && overTypes(call)),
                plain)
            .andThen(
                ClassTransform.endHandler(
                    end -> {
                      for (int i = 0; i < choices.size(); i++) {
                        List<ClassEntry> cases = choices.get(i);
                        end.withMethodBody(
                            name(i),
                            CHOICE,
                            ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_SYNTHETIC,
                            code -> choose(code, cases));
                      }
                    })));
  }

  private static String name(int number) {
    return "switch$" + number;
  }

  private static boolean overTypes(InvokeDynamicInstruction call) {
    return call.bootstrapMethod().owner().equals(BOOTSTRAPS)
        && call.bootstrapMethod().methodName().equals("typeSwitch")
        && call.invokedynamic().bootstrap().arguments().stream()
            .allMatch(ClassEntry.class::isInstance);
  }

  private static List<ClassEntry> cases(InvokeDynamicInstruction call) {
    List<ClassEntry> cases = new ArrayList<>();
    for (LoadableConstantEntry entry : call.invokedynamic().bootstrap().arguments()) {
      cases.add((ClassEntry) entry);
    }
    return cases;
  }

  /**
   * As SwitchBootstraps.typeSwitch promises: -1 for null, else the first case from the second
   * argument on that the first is an instance of, else how many there are.
   */
  private static void choose(CodeBuilder code, List<ClassEntry> cases) {
    Label some = code.newLabel();
    code.aload(0).ifnonnull(some).iconst_m1().ireturn().labelBinding(some);
    for (int i = 0; i < cases.size(); i++) {
      Label next = code.newLabel();
      if (i > 0) {
        code.iload(1).loadConstant(i).if_icmpgt(next);
      } else {
        code.iload(1).ifgt(next);
      }
      code.aload(0).instanceOf(cases.get(i)).ifeq(next);
      code.loadConstant(i).ireturn().labelBinding(next);
    }
    code.loadConstant(cases.size()).ireturn();
  }
}
