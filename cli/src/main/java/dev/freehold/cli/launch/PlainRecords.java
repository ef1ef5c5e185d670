// SPDX-FileCopyrightText: The Freehold authors
// SPDX-License-Identifier: Apache-2.0
package dev.freehold.cli.launch;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.TypeKind;
import java.lang.classfile.constantpool.LoadableConstantEntry;
import java.lang.classfile.constantpool.MethodHandleEntry;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Records that are compared and hashed by code of their own. The compiler leaves both to {@code
 * java.lang.runtime.ObjectMethods}, which puts method handles together for each record when it is
 * compared first, and the JVM's archive (JEP 483) can't hold those.
 */
final class PlainRecords {
  private static final byte[] MARK =
      "java/lang/runtime/ObjectMethods".getBytes(StandardCharsets.ISO_8859_1);
  private static final ClassDesc BOOTSTRAPS = ClassDesc.of("java.lang.runtime", "ObjectMethods");
  private static final ClassDesc OBJECTS = ClassDesc.of("java.util", "Objects");

  private PlainRecords() {}

  /** A component: its field. */
  private record Component(ClassDesc owner, String name, ClassDesc type) {
    void load(CodeBuilder code, int slot) {
      code.aload(slot).getfield(owner, name, type);
    }
  }

  /** Whether a class may be such a record; a cheap look. */
  static boolean in(byte[] type) {
    return PlainSwitches.names(type, MARK);
  }

  /**
   * The class with its comparison and hash made plain, the rest as it was.
   *
   * @param types where the classes that it names are found
   */
  static byte[] plain(byte[] type, ClassHierarchyResolver types) {
    ClassFile form = ClassFile.of(ClassFile.ClassHierarchyResolverOption.of(types));
    ClassModel model = form.parse(type);
    ClassDesc record = model.thisClass().asSymbol();
    return form.transformClass(
        model,
        (made, element) -> {
          Optional<List<Component>> components =
              element instanceof MethodModel method ? components(method) : Optional.empty();
          if (element instanceof MethodModel method && components.isPresent()) {
            made.withMethodBody(
                method.methodName(),
                method.methodType(),
                method.flags().flagsMask(),
                code -> {
                  if (method.methodName().equalsString("equals")) {
                    compare(code, record, components.get());
                  } else {
                    hash(code, components.get());
                  }
                });
          } else {
            made.with(element);
          }
        });
  }

  /** What a method compares or hashes, if it is one that is left to run time. */
  private static Optional<List<Component>> components(MethodModel method) {
    if (!method.methodName().equalsString("equals")
        && !method.methodName().equalsString("hashCode")) {
      return Optional.empty();
    }
    return method.code().stream()
        .flatMap(code -> code.elementStream())
        .filter(element -> element instanceof InvokeDynamicInstruction call && later(call))
        .map(element -> components((InvokeDynamicInstruction) element))
        .findFirst();
  }

  private static boolean later(InvokeDynamicInstruction call) {
    return call.bootstrapMethod().owner().equals(BOOTSTRAPS);
  }

  private static List<Component> components(InvokeDynamicInstruction call) {
    List<Component> components = new ArrayList<>();
    for (LoadableConstantEntry entry : call.invokedynamic().bootstrap().arguments()) {
      if (entry instanceof MethodHandleEntry getter) {
        components.add(
            new Component(
                getter.reference().owner().asSymbol(),
                getter.reference().name().stringValue(),
                ClassDesc.ofDescriptor(getter.reference().type().stringValue())));
      }
    }
    return components;
  }

  private static void compare(CodeBuilder code, ClassDesc record, List<Component> components) {
    Label another = code.newLabel();
    Label differs = code.newLabel();
    code.aload(0).aload(1).if_acmpne(another).iconst_1().ireturn().labelBinding(another);
    code.aload(1).instanceOf(record).ifeq(differs).aload(1).checkcast(record).astore(2);
    for (Component component : components) {
      component.load(code, 0);
      component.load(code, 2);
      switch (TypeKind.from(component.type).asLoadable()) {
        case INT -> code.if_icmpne(differs);
        case LONG -> code.lcmp().ifne(differs);
        case FLOAT -> order(code, ConstantDescs.CD_Float, ConstantDescs.CD_float).ifne(differs);
        case DOUBLE -> order(code, ConstantDescs.CD_Double, ConstantDescs.CD_double).ifne(differs);
        case REFERENCE, BOOLEAN, BYTE, CHAR, SHORT, VOID ->
            code.invokestatic(
                    OBJECTS,
                    "equals",
                    MethodTypeDesc.of(
                        ConstantDescs.CD_boolean, ConstantDescs.CD_Object, ConstantDescs.CD_Object))
                .ifeq(differs);
      }
    }
    code.iconst_1().ireturn().labelBinding(differs).iconst_0().ireturn();
  }

  /** As numbers are ordered: one that is no number equals itself, and 0 is not -0. */
  private static CodeBuilder order(CodeBuilder code, ClassDesc box, ClassDesc type) {
    return code.invokestatic(box, "compare", MethodTypeDesc.of(ConstantDescs.CD_int, type, type));
  }

  private static void hash(CodeBuilder code, List<Component> components) {
    code.iconst_0();
    for (Component component : components) {
      code.bipush(31).imul();
      component.load(code, 0);
      boolean plain = component.type.isPrimitive();
      code.invokestatic(
              plain ? box(component.type) : OBJECTS,
              "hashCode",
              MethodTypeDesc.of(
                  ConstantDescs.CD_int, plain ? component.type : ConstantDescs.CD_Object))
          .iadd();
    }
    code.ireturn();
  }

  private static ClassDesc box(ClassDesc primitive) {
    return switch (TypeKind.from(primitive)) {
      case BOOLEAN -> ConstantDescs.CD_Boolean;
      case BYTE -> ConstantDescs.CD_Byte;
      case CHAR -> ConstantDescs.CD_Character;
      case SHORT -> ConstantDescs.CD_Short;
      case INT -> ConstantDescs.CD_Integer;
      case LONG -> ConstantDescs.CD_Long;
      case FLOAT -> ConstantDescs.CD_Float;
      case DOUBLE -> ConstantDescs.CD_Double;
      case REFERENCE, VOID -> throw new IllegalArgumentException("no primitive: " + primitive);
    };
  }
}
