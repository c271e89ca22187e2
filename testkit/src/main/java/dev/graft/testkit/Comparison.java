package dev.graft.testkit;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.TensorType;
import java.util.Locale;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;

/** Comparisons with messages that name the fault. */
final class Comparison {
  private Comparison() {}

  static HostTensor output(Map<String, HostTensor> outputs, String key) {
    HostTensor t = outputs.get(key);
    if (t == null) {
      throw new AssertionError(
          "expected an output '" + key + "', received only " + outputs.keySet());
    }
    return t;
  }

  /** Values against the reference, at a tolerance of the dtype that they were computed in. */
  static void close(
      String what,
      HostTensor actual,
      TensorType type,
      HostTensor expected,
      Tolerance tolerance,
      DType computed) {
    type(what, actual, type);
    double magnitude = 0;
    for (long i = 0; i < expected.shape().size(); i++) {
      magnitude = Math.max(magnitude, Math.abs(expected.get(i)));
    }
    double allowed = type.dtype().isFloating() ? tolerance.absolute(computed, magnitude) : 0;
    for (long i = 0; i < expected.shape().size(); i++) {
      double e = expected.get(i);
      double a = actual.get(i);
      boolean equal =
          type.dtype() == DType.I64
              ? actual.getLong(i) == expected.getLong(i)
              : a == e || Math.abs(a - e) <= allowed;
      if (!equal) {
        throw new AssertionError(
            String.format(
                Locale.ROOT,
                "%s: element %d of %s: expected %s, received %s; off by %.3g where %.3g is allowed",
                what,
                i,
                type,
                e,
                a,
                Math.abs(a - e),
                allowed));
      }
    }
  }

  /** Every bit equal; a NaN equals a NaN. */
  static void same(String what, HostTensor actual, HostTensor expected) {
    type(what, actual, expected.type());
    for (long i = 0; i < expected.shape().size(); i++) {
      boolean equal =
          expected.dtype().isFloating()
              ? Double.compare(actual.get(i), expected.get(i)) == 0
              : actual.getLong(i) == expected.getLong(i);
      if (!equal) {
        throw new AssertionError(
            what
                + ": element "
                + i
                + " of "
                + expected.type()
                + ": expected exactly "
                + expected.get(i)
                + ", received "
                + actual.get(i));
      }
    }
  }

  static void finite(String what, HostTensor actual, TensorType type) {
    type(what, actual, type);
    for (long i = 0; i < type.shape().size(); i++) {
      if (!Double.isFinite(actual.get(i))) {
        throw new AssertionError(
            what + ": element " + i + ": expected a finite value, received " + actual.get(i));
      }
    }
  }

  private static void type(String what, HostTensor actual, TensorType type) {
    if (!actual.type().equals(type)) {
      throw new AssertionError(
          what + ": expected a value of type " + type + ", received " + actual.type());
    }
  }

  /** Demands a refusal with a documented code. */
  static void refused(String what, ErrorCode code, ThrowingCallable call) {
    @Nullable Throwable thrown = null;
    try {
      call.call();
    } catch (Throwable t) {
      thrown = t;
    }
    if (thrown == null) {
      throw new AssertionError(
          what + ": expected a refusal with " + code.id() + ", but it was accepted");
    }
    if (!(thrown instanceof GraftException g)) {
      throw new AssertionError(
          what + ": expected a refusal with " + code.id() + ", received " + thrown, thrown);
    }
    if (g.code() != code) {
      throw new AssertionError(
          what + ": expected a refusal with " + code.id() + ", received " + g.paragraph(), thrown);
    }
    String message = g.getMessage();
    if (message == null || message.isBlank()) {
      throw new AssertionError(what + ": expected the refusal to say why, received no message");
    }
  }
}
