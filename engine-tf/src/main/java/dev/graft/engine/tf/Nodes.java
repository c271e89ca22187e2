package dev.graft.engine.tf;

import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.TensorType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;
import org.tensorflow.internal.c_api.TF_Function;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.TF_Operation;
import org.tensorflow.internal.c_api.TF_OperationDescription;
import org.tensorflow.internal.c_api.TF_Output;
import org.tensorflow.internal.c_api.global.tensorflow;

/** A graph of TensorFlow under construction. */
final class Nodes implements AutoCloseable {
  private final TF_Graph graph = tensorflow.TF_NewGraph();
  private final Map<Object, Value> constants = new HashMap<>();
  private int count;
  private @Nullable Value barrier;

  /** The graph, for what this class does not offer. */
  TF_Graph graph() {
    return graph;
  }

  /** Everything but constants waits for this value from now on; null lifts it. */
  void waitFor(@Nullable Value value) {
    this.barrier = value;
  }

  Builder op(String type) {
    return new Builder(type);
  }

  /** A value that is given at every call. */
  Value placeholder(int code) {
    return op("Placeholder").type("dtype", code).build();
  }

  Value constant(HostTensor value) {
    return constant(Types.code(value.dtype()), Types.dims(value.shape()), value.bytes());
  }

  private Value constant(int code, long[] dims, ByteBuffer bytes) {
    return Tensors.with(
        code,
        dims,
        bytes,
        tensor -> {
          TF_OperationDescription d = describe("Const");
          tensorflow.TF_SetAttrType(d, "dtype", code);
          return Check.get(
              "take a constant",
              s -> {
                tensorflow.TF_SetAttrTensor(d, "value", tensor, s);
                return new Value(tensorflow.TF_FinishOperation(d, s), 0);
              });
        });
  }

  private TF_OperationDescription describe(String type) {
    return tensorflow.TF_NewOperation(graph, type, "n" + count++);
  }

  /** A number. */
  Value scalar(DType dtype, double value) {
    record Key(DType dtype, long bits) {}
    return once(
        new Key(dtype, Double.doubleToRawLongBits(value)),
        () -> constant(HostTensor.generate(dtype, Shape.scalar(), i -> value)));
  }

  /** A 32-bit integer, as axes and the like are given. */
  Value int32(int value) {
    record Key(int value) {}
    return once(new Key(value), () -> constant(Types.INT32, new long[0], ints(value)));
  }

  /** A vector of 32-bit integers. */
  Value vector(int... values) {
    record Key(List<Integer> values) {}
    return once(
        new Key(Arrays.stream(values).boxed().toList()),
        () -> constant(Types.INT32, new long[] {values.length}, ints(values)));
  }

  /** An unsigned 32-bit number. */
  Value uint32(int bits) {
    record Key(int bits) {}
    return once(new Key(bits), () -> constant(Types.UINT32, new long[0], ints(bits)));
  }

  Value vector(Shape shape) {
    return vector(shape.toArray());
  }

  private Value once(Object key, Supplier<Value> make) {
    Value known = constants.get(key);
    if (known == null) {
      known = make.get();
      constants.put(key, known);
    }
    return known;
  }

  private static ByteBuffer ints(int... values) {
    ByteBuffer b = ByteBuffer.allocateDirect(4 * values.length).order(ByteOrder.nativeOrder());
    for (int v : values) {
      b.putInt(v);
    }
    return b.flip();
  }

  // ---------------------------------------------------------------- common operations

  Value unary(String type, Value x) {
    return op(type).in(x).build();
  }

  Value binary(String type, Value x, Value y) {
    return op(type).in(x).in(y).build();
  }

  Value cast(Value x, DType from, DType to) {
    return from == to ? x : op("Cast").in(x).type("DstT", Types.code(to)).build();
  }

  Value reshape(Value x, Shape to) {
    return op("Reshape").in(x).in(vector(to)).build();
  }

  Value reduce(String type, Value x, int[] axes, boolean keep) {
    return op(type).in(x).in(vector(axes)).bool("keep_dims", keep).build();
  }

  /** Elements start ≤ i &lt; end of one axis of a value of the given type. */
  Value slice(Value x, TensorType type, int axis, int start, int end) {
    int[] begin = new int[type.shape().rank()];
    int[] size = type.shape().toArray();
    begin[axis] = start;
    size[axis] = end - start;
    return op("Slice").in(x).in(vector(begin)).in(vector(size)).build();
  }

  Value concat(List<Value> parts, int axis) {
    return parts.size() == 1
        ? unary("Identity", parts.get(0))
        : op("ConcatV2").list(parts).in(int32(axis)).build();
  }

  // ---------------------------------------------------------------- functions

  /**
   * The graph as a function.
   *
   * @param effects operations that a call runs whether or not an output needs them
   */
  TF_Function function(
      String name, List<Value> inputs, List<Value> outputs, List<TF_Operation> effects) {
    try (PointerScope scope = new PointerScope()) {
      PointerPointer<TF_Operation> control = new PointerPointer<>(Math.max(1, effects.size()));
      scope.attach(control);
      for (int i = 0; i < effects.size(); i++) {
        control.put(i, effects.get(i));
      }
      BytePointer named = new BytePointer(name);
      return Check.get(
          "make a function of a graph",
          s ->
              tensorflow.TF_GraphToFunctionWithControlOutputs(
                  graph,
                  named,
                  (byte) 0,
                  -1, // all operations
                  (PointerPointer<?>) null,
                  inputs.size(),
                  outputs(inputs),
                  outputs.size(),
                  outputs(outputs),
                  (PointerPointer<?>) null,
                  effects.size(),
                  control,
                  (PointerPointer<?>) null,
                  null,
                  (BytePointer) null,
                  s));
    }
  }

  /** An array for the C API; lives as long as the current scope of pointers. */
  static TF_Output outputs(List<Value> values) {
    TF_Output array = new TF_Output(Math.max(1, values.size()));
    for (int i = 0; i < values.size(); i++) {
      array.getPointer(i).oper(values.get(i).operation()).index(values.get(i).index());
    }
    return array;
  }

  @Override
  public void close() {
    tensorflow.TF_DeleteGraph(graph);
  }

  /** One operation under construction: inputs in order, then attributes. */
  final class Builder {
    private final String type;
    private final TF_OperationDescription description;
    private final List<TF_Operation> after = new ArrayList<>();

    private Builder(String type) {
      this.type = type;
      this.description = describe(type);
    }

    Builder in(Value value) {
      try (PointerScope scope = new PointerScope()) {
        TF_Output output = new TF_Output();
        scope.attach(output);
        output.oper(value.operation()).index(value.index());
        tensorflow.TF_AddInput(description, output);
      }
      return this;
    }

    Builder list(List<Value> values) {
      try (PointerScope scope = new PointerScope()) {
        TF_Output array = outputs(values);
        scope.attach(array);
        tensorflow.TF_AddInputList(description, array, values.size());
      }
      return this;
    }

    Builder type(String attribute, int code) {
      tensorflow.TF_SetAttrType(description, attribute, code);
      return this;
    }

    Builder bool(String attribute, boolean value) {
      tensorflow.TF_SetAttrBool(description, attribute, (byte) (value ? 1 : 0));
      return this;
    }

    Builder integer(String attribute, long value) {
      tensorflow.TF_SetAttrInt(description, attribute, value);
      return this;
    }

    /** Runs only after the operation of a value. */
    Builder after(@Nullable Value value) {
      if (value != null) {
        after(value.operation());
      }
      return this;
    }

    Builder after(TF_Operation operation) {
      after.add(operation);
      return this;
    }

    TF_Operation operation() {
      Value waits = barrier;
      if (waits != null && !type.equals("Placeholder")) {
        after.add(waits.operation());
      }
      after.forEach(o -> tensorflow.TF_AddControlInput(description, o));
      return Check.get("make a " + type, s -> tensorflow.TF_FinishOperation(description, s));
    }

    /** The first output. */
    Value build() {
      return new Value(operation(), 0);
    }

    Value[] build(int outputs) {
      TF_Operation o = operation();
      Value[] out = new Value[outputs];
      for (int i = 0; i < outputs; i++) {
        out[i] = new Value(o, i);
      }
      return out;
    }
  }
}
