package dev.graft.testkit;

import dev.graft.api.tensor.DType;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One operation in some variants: shapes, axes, broadcasting patterns.
 *
 * @param tolerance how far an engine may be from the reference
 * @param traits what is special about the case
 * @param body makes inputs and outputs
 */
record OpCase(String name, Tolerance tolerance, Set<Trait> traits, Consumer<CaseTrace> body) {
  /** What is special about a case. */
  enum Trait {
    /** Nothing in it depends on the floating dtype: it is tested once. */
    ONE_DTYPE,
    /** Values are allowed to differ, but have to be finite. */
    FINITE_ONLY,
    /** It has kinks or steps at its operands, where finite differences mean nothing. */
    NOT_SMOOTH
  }

  static OpCase of(String name, Tolerance tolerance, Consumer<CaseTrace> body) {
    return new OpCase(name, tolerance, Set.of(), body);
  }

  OpCase with(Trait... more) {
    return new OpCase(name, tolerance, Set.copyOf(Arrays.asList(more)), body);
  }

  boolean is(Trait trait) {
    return traits.contains(trait);
  }

  /** Traces the case in a dtype. */
  CaseTrace trace(DType dtype) {
    return trace(dtype, dtype);
  }

  /** Traces the case in f64, on operands rounded to a dtype. */
  CaseTrace reference(DType rounding) {
    return trace(DType.F64, rounding);
  }

  private CaseTrace trace(DType compute, DType rounding) {
    CaseTrace t = new CaseTrace(name, compute, rounding);
    body.accept(t);
    return t;
  }

  @Override
  public String toString() {
    return name;
  }
}
