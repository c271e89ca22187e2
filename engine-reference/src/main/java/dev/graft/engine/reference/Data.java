package dev.graft.engine.reference;

import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HalfFloats;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.Arrays;

/**
 * The arrays that hold values, row-major: {@code double[]} for every floating dtype, {@code long[]}
 * for i64 and {@code boolean[]} for bool.
 */
final class Data {
  private Data() {}

  static int size(Shape shape) {
    return Math.toIntExact(shape.size());
  }

  static Object allocate(DType dtype, int size) {
    return switch (dtype) {
      case I64 -> new long[size];
      case BOOL -> new boolean[size];
      default -> new double[size];
    };
  }

  static Object filled(TensorType type, double value) {
    int n = size(type.shape());
    Object data = allocate(type.dtype(), n);
    if (data instanceof double[] d) {
      Arrays.fill(d, value);
    } else if (data instanceof long[] l) {
      Arrays.fill(l, (long) value);
    } else {
      Arrays.fill((boolean[]) data, value != 0);
    }
    return data;
  }

  static Object fromHost(HostTensor t) {
    int n = size(t.shape());
    ByteBuffer bytes = t.bytes();
    switch (t.dtype()) {
      case F64 -> {
        double[] out = new double[n];
        bytes.asDoubleBuffer().get(out);
        return out;
      }
      case F32 -> {
        double[] out = new double[n];
        FloatBuffer in = bytes.asFloatBuffer();
        for (int i = 0; i < n; i++) {
          out[i] = in.get(i);
        }
        return out;
      }
      case BF16, F16 -> {
        boolean brain = t.dtype() == DType.BF16;
        double[] out = new double[n];
        ShortBuffer in = bytes.asShortBuffer();
        for (int i = 0; i < n; i++) {
          out[i] = brain ? HalfFloats.fromBf16(in.get(i)) : HalfFloats.fromF16(in.get(i));
        }
        return out;
      }
      case I64 -> {
        long[] out = new long[n];
        bytes.asLongBuffer().get(out);
        return out;
      }
      case BOOL -> {
        boolean[] out = new boolean[n];
        for (int i = 0; i < n; i++) {
          out[i] = bytes.get(i) != 0;
        }
        return out;
      }
    }
    throw new IllegalStateException("no array for " + t);
  }

  /** A host copy, rounded to the type's dtype. */
  static HostTensor toHost(TensorType type, Object data) {
    int n = size(type.shape());
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(Math.toIntExact(type.bytes())).order(ByteOrder.LITTLE_ENDIAN);
    switch (type.dtype()) {
      case F64 -> {
        DoubleBuffer out = bytes.asDoubleBuffer();
        out.put((double[]) data);
      }
      case F32 -> {
        double[] in = (double[]) data;
        FloatBuffer out = bytes.asFloatBuffer();
        for (int i = 0; i < n; i++) {
          out.put(i, (float) in[i]);
        }
      }
      case BF16, F16 -> {
        boolean brain = type.dtype() == DType.BF16;
        double[] in = (double[]) data;
        ShortBuffer out = bytes.asShortBuffer();
        for (int i = 0; i < n; i++) {
          float f = (float) in[i];
          out.put(i, brain ? HalfFloats.toBf16(f) : HalfFloats.toF16(f));
        }
      }
      case I64 -> {
        LongBuffer out = bytes.asLongBuffer();
        out.put((long[]) data);
      }
      case BOOL -> {
        boolean[] in = (boolean[]) data;
        for (int i = 0; i < n; i++) {
          bytes.put(i, (byte) (in[i] ? 1 : 0));
        }
      }
    }
    return HostTensor.wrap(type, bytes);
  }

  /**
   * The value as a variable of the dtype holds it. A variable's new value is rounded, so that
   * reading it and writing it back changes nothing.
   */
  static Object round(DType dtype, Object data) {
    if (dtype != DType.F32 && dtype != DType.BF16) {
      return data;
    }
    double[] in = (double[]) data;
    double[] out = new double[in.length];
    for (int i = 0; i < in.length; i++) {
      float f = (float) in[i];
      out[i] = dtype == DType.F32 ? f : HalfFloats.fromBf16(HalfFloats.toBf16(f));
    }
    return out;
  }

  /** Copies n elements, of which the source's stand {@code step} apart, to adjacent places. */
  static void copy(Object from, int at, int step, Object to, int toAt, int n) {
    if (step == 1) {
      System.arraycopy(from, at, to, toAt, n);
    } else if (from instanceof double[] d) {
      double[] out = (double[]) to;
      for (int i = 0, j = at; i < n; i++, j += step) {
        out[toAt + i] = d[j];
      }
    } else if (from instanceof long[] l) {
      long[] out = (long[]) to;
      for (int i = 0, j = at; i < n; i++, j += step) {
        out[toAt + i] = l[j];
      }
    } else {
      boolean[] in = (boolean[]) from;
      boolean[] out = (boolean[]) to;
      for (int i = 0, j = at; i < n; i++, j += step) {
        out[toAt + i] = in[j];
      }
    }
  }
}
