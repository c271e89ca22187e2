package dev.graft.engine.djl;

import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Shape;
import java.util.List;
import java.util.stream.Collectors;

/** Values as TorchScript writes them. */
final class Literals {
  private Literals() {}

  /** PyTorch's number of a dtype. */
  static int dtype(DType d) {
    return switch (d) {
      case F64 -> 7;
      case F32 -> 6;
      case BF16 -> 15;
      case F16 -> 5;
      case I64 -> 4;
      case BOOL -> 11;
    };
  }

  /** A number for arguments of tensors of this dtype. */
  static String number(double value, DType d) {
    return switch (d) {
      case I64 -> Long.toString((long) value);
      case BOOL -> value != 0 ? "True" : "False";
      default -> number(value);
    };
  }

  /** A floating number. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    return Double.toString(value).replace('E', 'e');
  }

  static String list(Shape shape) {
    return list(shape.toList());
  }

  static String list(List<?> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
  }
}
