package dev.graft.engine.tf;

import dev.graft.api.ops.Noise;
import dev.graft.api.ops.Uniform;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import java.util.HashMap;
import java.util.Map;

/**
 * The hash of {@link Noise} in unsigned 32-bit integers, whose products wrap as the definition's
 * masks want it, and which take half the memory of 64-bit ones.
 */
final class NoiseNodes {
  private final Nodes nodes;
  private final Values values;

  /** The part of the hash that all sites share, by key. */
  private final Map<Tensor, Value> keys = new HashMap<>();

  NoiseNodes(Nodes nodes, Values values) {
    this.nodes = nodes;
    this.values = values;
  }

  void lower(Node n, Uniform op) {
    Tensor keyTensor = n.inputs().get(0);
    Value shared = keys.get(keyTensor);
    if (shared == null) {
      shared = shared(values.get(keyTensor), keyTensor.type());
      keys.put(keyTensor, shared);
    }
    Value first = mix(xor(shared, nodes.uint32((int) op.site())));
    Value second = mix(xor(first, nodes.uint32((int) Noise.GOLDEN)));
    Value range =
        nodes
            .op("Range")
            .in(nodes.int32(0))
            .in(nodes.int32((int) op.shape().size()))
            .in(nodes.int32(1))
            .build();
    Value bits = mix(xor(mix(xor(unsigned(range), first)), second));
    Value top = nodes.binary("RightShift", bits, nodes.uint32(8));
    Value u = nodes.op("Cast").in(top).type("DstT", Types.code(DType.F32)).build();
    Value scaled = nodes.binary("Mul", u, nodes.scalar(DType.F32, 0x1p-24));
    values.put(n.output(0), nodes.reshape(scaled, op.shape()));
  }

  private Value shared(Value key, TensorType type) {
    Value seed = nodes.slice(key, type, 0, 0, 1);
    Value high = nodes.binary("RightShift", seed, nodes.scalar(DType.I64, 32));
    Value s = mix(unsigned(seed));
    s = mix(xor(s, unsigned(high)));
    s = mix(xor(s, unsigned(nodes.slice(key, type, 0, 1, 2))));
    return mix(xor(s, unsigned(nodes.slice(key, type, 0, 2, 3))));
  }

  /** The low 32 bits. */
  private Value unsigned(Value x) {
    return nodes.op("Cast").in(x).type("DstT", Types.UINT32).build();
  }

  private Value xor(Value x, Value y) {
    return nodes.binary("BitwiseXor", x, y);
  }

  private Value mix(Value x) {
    Value a = xor(x, nodes.binary("RightShift", x, nodes.uint32(16)));
    Value b = nodes.binary("Mul", a, nodes.uint32((int) Noise.M1));
    Value c = xor(b, nodes.binary("RightShift", b, nodes.uint32(15)));
    Value d = nodes.binary("Mul", c, nodes.uint32((int) Noise.M2));
    return xor(d, nodes.binary("RightShift", d, nodes.uint32(15)));
  }
}
