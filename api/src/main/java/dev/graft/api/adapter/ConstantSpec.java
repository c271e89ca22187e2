package dev.graft.api.adapter;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import java.util.function.UnaryOperator;

/**
 * A tensor that follows from a site's weight alone, always f32. It is computed once, when weights
 * are loaded, and is neither trained nor saved. Where the weight is trained too, it is computed in
 * every pass instead, and gradients flow through it.
 *
 * @param name unique among the constants of the site
 * @param shape its shape
 * @param value traces it from the weight, [out, in] (an embedding's is [in, out]), in f32; values
 *     are rounded to the compute dtype before, as {@link AdapterContext#weight()} is
 */
public record ConstantSpec(String name, Shape shape, UnaryOperator<Tensor> value) {
  /**
   * Traces the value.
   *
   * @param weight the site's weight in any floating dtype
   * @throws GraftException {@code graph.shape} when the value is not f32 of the declared shape
   */
  public Tensor of(Tensor weight) {
    Tensor out = value.apply(weight.cast(DType.F32));
    TensorType type = new TensorType(DType.F32, shape);
    if (!out.type().equals(type)) {
      throw new GraftException(
          ErrorCode.GRAPH_SHAPE,
          "expected " + type + " for the constant '" + name + "', received " + out.type());
    }
    return out;
  }
}
