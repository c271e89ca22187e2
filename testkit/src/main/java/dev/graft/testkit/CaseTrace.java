package dev.graft.testkit;

import dev.graft.api.ops.Noise;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.Trace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongToDoubleFunction;

/**
 * What the body of an {@link OpCase} traces into: it makes inputs together with their values, and
 * labelled outputs. The same body is traced twice: in the dtype under test, and in f64 for the
 * reference, with the same values rounded to the dtype under test.
 */
final class CaseTrace {
  private final Trace trace;
  private final DType compute;
  private final DType rounding;
  private final Map<String, HostTensor> feed = new LinkedHashMap<>();
  private final List<Tensor> floating = new ArrayList<>();
  private final List<Tensor> outputs = new ArrayList<>();
  private final List<String> labels = new ArrayList<>();

  /**
   * Starts a trace.
   *
   * @param compute the dtype of floating operands
   * @param rounding the dtype that their values are rounded to first
   */
  CaseTrace(String name, DType compute, DType rounding) {
    this.trace = new Trace(name);
    this.compute = compute;
    this.rounding = rounding;
  }

  Trace trace() {
    return trace;
  }

  DType dtype() {
    return compute;
  }

  private Tensor input(HostTensor value) {
    String key = "x" + feed.size();
    feed.put(key, value);
    Tensor t = trace.input(key, value.type());
    if (t.dtype().isFloating()) {
      floating.add(t);
    }
    return t;
  }

  /** A floating operand with given values, by row-major index. */
  Tensor floats(LongToDoubleFunction element, int... dims) {
    return input(HostTensor.generate(rounding, Shape.of(dims), element).cast(compute));
  }

  /** The same, where an operand is f32 beside bf16 operands. */
  Tensor wideFloats(LongToDoubleFunction element, int... dims) {
    return input(
        HostTensor.generate(rounding.wide(), Shape.of(dims), element).cast(compute.wide()));
  }

  /** Standard normal values, other ones for every operand of a case. */
  Tensor normal(int... dims) {
    long operand = feed.size();
    return floats(i -> Noise.normal(11, 0, 0, operand, i), dims);
  }

  Tensor wideNormal(int... dims) {
    long operand = feed.size();
    return wideFloats(i -> Noise.normal(11, 0, 0, operand, i), dims);
  }

  /** Values in [0.25, 2.25). */
  Tensor positive(int... dims) {
    long operand = feed.size();
    return floats(i -> 0.25 + 2 * Noise.uniform(12, 0, 0, operand, i), dims);
  }

  /** Values from −1, −½, 0, ½, 1, so that equal ones meet. */
  Tensor grid(int... dims) {
    long operand = feed.size();
    return floats(i -> Math.floor(5 * Noise.uniform(13, 0, 0, operand, i)) / 2 - 1, dims);
  }

  /** Integers in from … to − 1. */
  Tensor integers(long from, long to, int... dims) {
    long operand = feed.size();
    long[] values = new long[Math.toIntExact(Shape.of(dims).size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = from + Math.floorMod(Noise.bits(14, 0, 0, operand, i), to - from);
    }
    return longs(Shape.of(dims), values);
  }

  Tensor longs(Shape shape, long... values) {
    return input(HostTensor.ofLongs(shape, values));
  }

  Tensor booleans(int... dims) {
    long operand = feed.size();
    boolean[] values = new boolean[Math.toIntExact(Shape.of(dims).size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = Noise.uniform(15, 0, 0, operand, i) < 0.5;
    }
    return input(HostTensor.ofBooleans(Shape.of(dims), values));
  }

  /** Declares what the case computes; the label says in messages which variant it is. */
  void out(String label, Tensor value) {
    trace.output("y" + outputs.size(), value);
    outputs.add(value);
    labels.add(label);
  }

  Map<String, HostTensor> feed() {
    return feed;
  }

  /** The floating operands, in order. */
  List<Tensor> floating() {
    return floating;
  }

  List<Tensor> outputs() {
    return outputs;
  }

  String label(int output) {
    return labels.get(output);
  }

  Graph build() {
    return trace.build();
  }
}
