package dev.graft.api.tensor;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A dense row-major value in host memory: little-endian bytes, direct or memory-mapped. The bytes
 * must not change once the tensor is made.
 */
public final class HostTensor {
  private final TensorType type;
  private final ByteBuffer bytes;

  private HostTensor(TensorType type, ByteBuffer bytes) {
    this.type = type;
    this.bytes = bytes;
  }

  /**
   * Wraps the remaining bytes of a buffer without copying.
   *
   * @throws GraftException if their number is not that of the type
   */
  public static HostTensor wrap(TensorType type, ByteBuffer buffer) {
    if (buffer.remaining() != type.bytes()) {
      throw new GraftException(
          ErrorCode.GRAPH_SHAPE,
          "expected " + type.bytes() + " bytes for " + type + ", received " + buffer.remaining());
    }
    return new HostTensor(type, buffer.slice().order(ByteOrder.LITTLE_ENDIAN));
  }

  private static ByteBuffer allocate(TensorType type) {
    if (type.bytes() > Integer.MAX_VALUE) {
      throw new GraftException(
          ErrorCode.GRAPH_SHAPE, "expected a tensor of at most 2 GiB, received " + type);
    }
    return ByteBuffer.allocateDirect((int) type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
  }

  public static HostTensor ofFloats(Shape shape, float... values) {
    return ofDoubles(DType.F32, shape, i -> values[(int) i], values.length);
  }

  public static HostTensor ofDoubles(Shape shape, double... values) {
    return ofDoubles(DType.F64, shape, i -> values[(int) i], values.length);
  }

  public static HostTensor ofLongs(Shape shape, long... values) {
    checkCount(shape, values.length);
    TensorType type = new TensorType(DType.I64, shape);
    ByteBuffer b = allocate(type);
    for (long v : values) {
      b.putLong(v);
    }
    return new HostTensor(type, b.flip().slice().order(ByteOrder.LITTLE_ENDIAN));
  }

  public static HostTensor ofBooleans(Shape shape, boolean... values) {
    checkCount(shape, values.length);
    TensorType type = new TensorType(DType.BOOL, shape);
    ByteBuffer b = allocate(type);
    for (boolean v : values) {
      b.put((byte) (v ? 1 : 0));
    }
    return new HostTensor(type, b.flip().slice().order(ByteOrder.LITTLE_ENDIAN));
  }

  /** A value of any dtype computed element by element; rounds to nearest even. */
  public static HostTensor generate(
      DType dtype, Shape shape, java.util.function.LongToDoubleFunction element) {
    return ofDoubles(dtype, shape, element, shape.size());
  }

  /** A float32 scalar. */
  public static HostTensor scalar(double value) {
    return generate(DType.F32, Shape.scalar(), i -> value);
  }

  private static HostTensor ofDoubles(
      DType dtype, Shape shape, java.util.function.LongToDoubleFunction element, long count) {
    checkCount(shape, count);
    TensorType type = new TensorType(dtype, shape);
    ByteBuffer b = allocate(type);
    for (long i = 0; i < count; i++) {
      double v = element.applyAsDouble(i);
      switch (dtype) {
        case F64 -> b.putDouble(v);
        case F32 -> b.putFloat((float) v);
        case BF16 -> b.putShort(HalfFloats.toBf16((float) v));
        case F16 -> b.putShort(HalfFloats.toF16((float) v));
        case I64 -> b.putLong((long) v);
        case BOOL -> b.put((byte) (v != 0 ? 1 : 0));
      }
    }
    return new HostTensor(type, b.flip().slice().order(ByteOrder.LITTLE_ENDIAN));
  }

  private static void checkCount(Shape shape, long count) {
    if (shape.size() != count) {
      throw new GraftException(
          ErrorCode.GRAPH_SHAPE,
          "expected " + shape.size() + " values for shape " + shape + ", received " + count);
    }
  }

  public TensorType type() {
    return type;
  }

  public DType dtype() {
    return type.dtype();
  }

  public Shape shape() {
    return type.shape();
  }

  /** A fresh read-only little-endian view of the bytes; direct when the source is. */
  public ByteBuffer bytes() {
    return bytes.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** One element, by row-major index, converted to double. */
  public double get(long index) {
    int i = Math.toIntExact(index);
    return switch (type.dtype()) {
      case F64 -> bytes.getDouble(i * 8);
      case F32 -> bytes.getFloat(i * 4);
      case BF16 -> HalfFloats.fromBf16(bytes.getShort(i * 2));
      case F16 -> HalfFloats.fromF16(bytes.getShort(i * 2));
      case I64 -> bytes.getLong(i * 8);
      case BOOL -> bytes.get(i) == 0 ? 0 : 1;
    };
  }

  /** One integer or boolean element, by row-major index. */
  public long getLong(long index) {
    return type.dtype() == DType.I64
        ? bytes.getLong(Math.toIntExact(index) * 8)
        : (long) get(index);
  }

  /** All elements as floats, rounded where the dtype is wider. */
  public float[] toFloats() {
    float[] out = new float[Math.toIntExact(shape().size())];
    if (type.dtype() == DType.F32) {
      bytes().asFloatBuffer().get(out);
      return out;
    }
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) get(i);
    }
    return out;
  }

  public double[] toDoubles() {
    double[] out = new double[Math.toIntExact(shape().size())];
    for (int i = 0; i < out.length; i++) {
      out[i] = get(i);
    }
    return out;
  }

  public long[] toLongs() {
    long[] out = new long[Math.toIntExact(shape().size())];
    for (int i = 0; i < out.length; i++) {
      out[i] = getLong(i);
    }
    return out;
  }

  /** The value in another dtype; the same object when nothing changes. */
  public HostTensor cast(DType dtype) {
    return dtype == type.dtype() ? this : generate(dtype, shape(), this::get);
  }

  /** The same bytes under another shape of equal size. */
  public HostTensor reshape(Shape shape) {
    return wrap(new TensorType(type.dtype(), shape), bytes());
  }

  @Override
  public String toString() {
    return "HostTensor(" + type + ")";
  }
}
