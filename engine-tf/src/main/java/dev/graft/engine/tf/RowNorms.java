package dev.graft.engine.tf;

import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;

/**
 * The norms of the rows of W + s·B·A by the expanded square. Its terms are at most of the size m =
 * ‖W‖² + s²·‖A‖²·‖B‖², by rows: where n² is a small part of m they cancel, and that row is computed
 * as it is defined. Such rows are rare, so what is left to do is mostly done on no rows at all.
 */
final class RowNorms {
  /**
   * The part of m that n² must reach: below, an error of f32's 2⁻²⁴ in the terms would be one of
   * more than 2⁻²⁰ in n.
   */
  private static final double CANCELLING = 1 / 32.0;

  private final Nodes nodes;
  private final Values values;

  RowNorms(Nodes nodes, Values values) {
    this.nodes = nodes;
    this.values = values;
  }

  void lower(Node n, double scale) {
    Tensor weight = n.inputs().get(0);
    DType d = weight.dtype().wide();
    Value w = nodes.cast(in(n, 0), weight.dtype(), d);
    Value squares = in(n, 1);
    Value a = in(n, 2);
    Value b = in(n, 3);
    Value s2 = nodes.scalar(d, scale * scale);
    Value aa = product(a, a, true);
    Value baa = nodes.binary("Mul", product(b, aa, false), s2);
    Value wa = nodes.binary("Mul", product(w, a, true), nodes.scalar(d, 2 * scale));
    Value cross = sum(nodes.binary("Mul", nodes.binary("AddV2", baa, wa), b), 1);
    Value n2 = nodes.binary("AddV2", squares, cross);
    Value normA = nodes.binary("Mul", sum(nodes.unary("Square", a), 0, 1), s2);
    Value change = nodes.binary("Mul", sum(nodes.unary("Square", b), 1), normA);
    Value m = nodes.binary("AddV2", squares, change);
    Value bound = nodes.binary("Mul", m, nodes.scalar(d, CANCELLING));
    Value at = nodes.unary("Where", nodes.binary("Less", n2, bound)); // i64 [count, 1]
    Value rows = nodes.op("Reshape").in(at).in(nodes.vector(-1)).build();
    Value part = nodes.binary("Mul", product(rows(b, rows), a, false), nodes.scalar(d, scale));
    Value exact = sum(nodes.unary("Square", nodes.binary("AddV2", rows(w, rows), part)), 1);
    Value mended = nodes.op("TensorScatterUpdate").in(n2).in(at).in(exact).build();
    Shape out = n.output(0).shape();
    values.put(n.output(0), nodes.reshape(nodes.unary("Sqrt", mended), out));
  }

  private Value in(Node n, int i) {
    return values.get(n.inputs().get(i));
  }

  private Value product(Value x, Value y, boolean transposeY) {
    return nodes.op("MatMul").in(x).in(y).bool("transpose_b", transposeY).build();
  }

  private Value sum(Value x, int... axes) {
    return nodes.reduce("Sum", x, axes, false);
  }

  private Value rows(Value x, Value at) {
    return nodes.op("GatherV2").in(x).in(at).in(nodes.int32(0)).build();
  }
}
