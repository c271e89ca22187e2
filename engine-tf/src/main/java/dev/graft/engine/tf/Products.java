package dev.graft.engine.tf;

import dev.graft.api.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Matrix products. Where the processor has no bf16 instructions, bf16 operands are multiplied as
 * f32: TensorFlow's own kernel for them is many times slower there.
 */
final class Products {
  private final Nodes nodes;
  private final boolean bf16;

  Products(Nodes nodes, boolean bf16) {
    this.nodes = nodes;
    this.bf16 = bf16;
  }

  /** Whether the processor multiplies bf16 by instructions of its own; false where unknown. */
  static boolean processorHasBf16() {
    Path info = Path.of("/proc/cpuinfo");
    if (!Files.isReadable(info)) {
      return false;
    }
    try {
      return Files.readString(info).matches("(?s).*\\b(avx512_bf16|amx_bf16)\\b.*");
    } catch (IOException e) {
      return false; // a hint for speed only
    }
  }

  /** The dtype in which operands of a dtype are multiplied. */
  DType computeType(DType dtype) {
    return dtype == DType.BF16 && !bf16 ? DType.F32 : dtype;
  }

  /** x·y over the last two axes of values of one rank; leading axes broadcast. */
  Value multiply(DType d, int rank, Value x, Value y, boolean transposeX, boolean transposeY) {
    return nodes.cast(product(d, rank, x, y, transposeX, transposeY), computeType(d), d);
  }

  /** As {@link #multiply}, with the result in the wide dtype. */
  Value wide(DType d, int rank, Value x, Value y, boolean transposeX, boolean transposeY) {
    Value product = product(d, rank, x, y, transposeX, transposeY);
    return nodes.cast(product, computeType(d), d.wide());
  }

  private Value product(
      DType d, int rank, Value x, Value y, boolean transposeX, boolean transposeY) {
    DType c = computeType(d);
    if (rank == 2) {
      return nodes
          .op("MatMul")
          .in(operand(x, y, d, c))
          .in(operand(y, x, d, c))
          .bool("transpose_a", transposeX)
          .bool("transpose_b", transposeY)
          .build();
    }
    return nodes
        .op("BatchMatMulV2")
        .in(operand(x, y, d, c))
        .in(operand(y, x, d, c))
        .bool("adj_x", transposeX)
        .bool("adj_y", transposeY)
        .build();
  }

  /** Converts an operand no sooner than its partner is there: else all weights would be at once. */
  private Value operand(Value x, Value partner, DType from, DType to) {
    return from == to
        ? x
        : nodes.op("Cast").in(x).type("DstT", Types.code(to)).after(partner).build();
  }
}
