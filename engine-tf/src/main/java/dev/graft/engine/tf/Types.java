package dev.graft.engine.tf;

import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Shape;
import org.tensorflow.internal.c_api.global.tensorflow;

/** TensorFlow's codes of dtypes and its form of shapes. */
final class Types {
  static final int INT32 = tensorflow.TF_INT32;
  static final int UINT32 = tensorflow.TF_UINT32;
  static final int RESOURCE = tensorflow.TF_RESOURCE;

  private Types() {}

  static int code(DType dtype) {
    return switch (dtype) {
      case F64 -> tensorflow.TF_DOUBLE;
      case F32 -> tensorflow.TF_FLOAT;
      case BF16 -> tensorflow.TF_BFLOAT16;
      case F16 -> tensorflow.TF_HALF;
      case I64 -> tensorflow.TF_INT64;
      case BOOL -> tensorflow.TF_BOOL;
    };
  }

  static long[] dims(Shape shape) {
    long[] out = new long[shape.rank()];
    for (int i = 0; i < out.length; i++) {
      out[i] = shape.dim(i);
    }
    return out;
  }
}
