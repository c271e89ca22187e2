package dev.graft.engine.tf;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Function;
import org.bytedeco.javacpp.Pointer;
import org.tensorflow.internal.c_api.TF_Tensor;
import org.tensorflow.internal.c_api.global.tensorflow;

/** Copies between host values and TensorFlow's memory. */
final class Tensors {
  private Tensors() {}

  /** Lets a function use a copy of a value in TensorFlow's memory, and frees it. */
  static <T> T with(HostTensor value, Function<TF_Tensor, T> use) {
    return with(Types.code(value.dtype()), Types.dims(value.shape()), value.bytes(), use);
  }

  static <T> T with(int code, long[] dims, ByteBuffer bytes, Function<TF_Tensor, T> use) {
    TF_Tensor tensor =
        tensorflow.TF_AllocateTensor(code, dims, dims.length, (long) bytes.remaining());
    if (tensor == null || tensor.isNull()) {
      throw new GraftException(
          ErrorCode.BACKEND_FAILED,
          "expected memory for a tensor of " + bytes.remaining() + " bytes, received none");
    }
    try {
      if (bytes.hasRemaining()) {
        buffer(tensor).put(bytes);
      }
      return use.apply(tensor);
    } finally {
      tensorflow.TF_DeleteTensor(tensor);
    }
  }

  /** A copy on the host; frees the tensor. */
  static HostTensor take(TF_Tensor tensor, TensorType type) {
    try {
      long size = tensorflow.TF_TensorByteSize(tensor);
      if (size != type.bytes()) {
        throw new GraftException(
            ErrorCode.BACKEND_FAILED,
            "expected " + type + " from TensorFlow, received " + size + " bytes");
      }
      ByteBuffer copy = ByteBuffer.allocateDirect((int) size).order(ByteOrder.LITTLE_ENDIAN);
      if (size > 0) {
        copy.put(buffer(tensor));
      }
      return HostTensor.wrap(type, copy.flip());
    } finally {
      tensorflow.TF_DeleteTensor(tensor);
    }
  }

  private static ByteBuffer buffer(TF_Tensor tensor) {
    Pointer data = tensorflow.TF_TensorData(tensor);
    return data.capacity(tensorflow.TF_TensorByteSize(tensor)).asByteBuffer();
  }
}
