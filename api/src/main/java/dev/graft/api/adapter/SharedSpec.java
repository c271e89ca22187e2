package dev.graft.api.adapter;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.TensorType;
import java.util.function.Supplier;

/**
 * A frozen tensor of an adapter that all its sites share, always f32. It is never trained, but it
 * is saved with the adapter, so that a folder's own values are used, whoever drew them.
 *
 * @param name unique among what the adapter shares
 * @param shape its shape
 * @param value gives it for a new adapter; the same at every call, drawn from {@link
 *     dev.graft.api.ops.Noise} with a seed of the adapter's configuration
 */
public record SharedSpec(String name, Shape shape, Supplier<HostTensor> value) {
  /**
   * The value of a new adapter.
   *
   * @throws GraftException {@code graph.shape} when it is not f32 of the declared shape
   */
  public HostTensor draw() {
    HostTensor out = value.get();
    TensorType type = new TensorType(DType.F32, shape);
    if (!out.type().equals(type)) {
      throw new GraftException(
          ErrorCode.GRAPH_SHAPE,
          "expected " + type + " for the shared tensor '" + name + "', received " + out.type());
    }
    return out;
  }
}
