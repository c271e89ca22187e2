package dev.graft.training.step;

import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.Trace;
import dev.graft.training.data.PackedBatch;
import java.util.LinkedHashMap;
import java.util.Map;

/** The inputs of a graph over one micro-batch of b rows, t tokens and n targets. */
final class StepInputs {
  private final Trace trace;
  private final BatchShape shape;

  StepInputs(Trace trace, BatchShape shape) {
    this.trace = trace;
    this.shape = shape;
  }

  private Tensor tokens(String key) {
    return trace.input(key, DType.I64, shape.rows(), shape.length());
  }

  Tensor ids() {
    return tokens("ids");
  }

  Tensor positions() {
    return tokens("positions");
  }

  Tensor segments() {
    return tokens("segments");
  }

  Tensor parents() {
    return tokens("parents");
  }

  Tensor targetPositions() {
    return trace.input("target_positions", DType.I64, shape.targets());
  }

  Tensor targets() {
    return trace.input("targets", DType.I64, shape.targets());
  }

  Tensor weights() {
    return trace.input("weights", DType.F32, shape.targets());
  }

  /** Seed, step and micro-batch. */
  static Tensor noiseKey(Trace trace) {
    return trace.input("noise", DType.I64, 3);
  }

  /** What a micro-batch feeds to all of these but the noise key. */
  static Map<String, HostTensor> of(PackedBatch batch) {
    Map<String, HostTensor> in = new LinkedHashMap<>();
    in.put("ids", batch.ids());
    in.put("positions", batch.positions());
    in.put("segments", batch.segments());
    in.put("parents", batch.parents());
    in.put("target_positions", batch.targetPositions());
    in.put("targets", batch.targetIds());
    in.put("weights", batch.targetWeights());
    return in;
  }

  static HostTensor noiseKey(long seed, long step, long microBatch) {
    return HostTensor.ofLongs(Shape.of(3), seed, step, microBatch);
  }
}
