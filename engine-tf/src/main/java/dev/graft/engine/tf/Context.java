package dev.graft.engine.tf;

import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.TensorType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.PointerScope;
import org.tensorflow.internal.c_api.TFE_Context;
import org.tensorflow.internal.c_api.TFE_ContextOptions;
import org.tensorflow.internal.c_api.TFE_Op;
import org.tensorflow.internal.c_api.TFE_TensorHandle;
import org.tensorflow.internal.c_api.TF_DeviceList;
import org.tensorflow.internal.c_api.TF_Function;
import org.tensorflow.internal.c_api.global.tensorflow;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;
import org.tensorflow.proto.GraphOptions;
import org.tensorflow.proto.OptimizerOptions;
import org.tensorflow.proto.RewriterConfig;

/** One device with its variables and functions: a context of TensorFlow's C API. */
final class Context implements AutoCloseable {
  private final TFE_Context context;
  private final byte[] config;

  /** The device of every call, for example {@code /job:localhost/.../device:CPU:0}. */
  private String device = "";

  private int names;

  private Context(TFE_Context context, byte[] config) {
    this.context = context;
    this.config = config;
  }

  /**
   * Opens TensorFlow.
   *
   * @param threads threads within an operation, and operations at a time
   */
  static Context open(int threads) {
    ConfigProto config =
        ConfigProto.newBuilder()
            .setIntraOpParallelismThreads(threads)
            .setInterOpParallelismThreads(threads)
            .setGpuOptions(GPUOptions.newBuilder().setAllowGrowth(true))
            .setGraphOptions(
                GraphOptions.newBuilder()
                    // Graphs come optimised, and merging equal nodes would undo recomputation.
                    .setOptimizerOptions(
                        OptimizerOptions.newBuilder().setOptLevel(OptimizerOptions.Level.L0))
                    .setRewriteOptions(RewriterConfig.newBuilder().setDisableMetaOptimizer(true)))
            .build();
    byte[] bytes = config.toByteArray();
    TFE_ContextOptions options = tensorflow.TFE_NewContextOptions();
    try (BytePointer pointer = new BytePointer(bytes)) {
      Check.run(
          "take its configuration",
          s -> tensorflow.TFE_ContextOptionsSetConfig(options, pointer, bytes.length, s));
      TFE_Context context =
          Check.get("open its devices", s -> tensorflow.TFE_NewContext(options, s));
      return new Context(context, bytes);
    } finally {
      tensorflow.TFE_DeleteContextOptions(options);
    }
  }

  /** The devices' full names; those of GPUs hold {@code GPU:0} and so on. */
  List<String> devices() {
    TF_DeviceList list =
        Check.get("list its devices", s -> tensorflow.TFE_ContextListDevices(context, s));
    try {
      List<String> names = new ArrayList<>();
      for (int i = 0; i < tensorflow.TF_DeviceListCount(list); i++) {
        int index = i;
        names.add(
            Check.get(
                "name a device", s -> tensorflow.TF_DeviceListName(list, index, s).getString()));
      }
      return names;
    } finally {
      tensorflow.TF_DeleteDeviceList(list);
    }
  }

  /** Places everything that follows. */
  void use(String fullName) {
    this.device = fullName;
  }

  /** A name that this context has not given before. */
  String freshName(String stem) {
    return stem + "_" + names++;
  }

  // ---------------------------------------------------------------- values

  /** A copy of a value on the device, in a dtype. */
  Handle toDevice(HostTensor value, DType dtype) {
    // Eigen's conversions between double and float flush what is no normal float; Java's do not.
    boolean inJava = value.dtype() == DType.F64 || dtype == DType.F64;
    HostTensor from = inJava ? value.cast(dtype) : value;
    Handle handle =
        Tensors.with(
            from,
            t -> new Handle(Check.get("take a value", s -> tensorflow.TFE_NewTensorHandle(t, s))));
    if (from.dtype() == dtype) {
      return handle;
    }
    try (handle) {
      return run(
              "Cast",
              List.of(handle),
              op -> {
                tensorflow.TFE_OpSetAttrType(op, "SrcT", Types.code(from.dtype()));
                tensorflow.TFE_OpSetAttrType(op, "DstT", Types.code(dtype));
              },
              1)
          .get(0);
    }
  }

  HostTensor toHost(Handle handle, TensorType type) {
    return Tensors.take(
        Check.get("copy a value", s -> tensorflow.TFE_TensorHandleResolve(handle.get(), s)), type);
  }

  // ---------------------------------------------------------------- variables

  /** A variable without a value. */
  Handle variable(TensorType type) {
    String name = freshName("variable");
    long[] dims = Types.dims(type.shape());
    return run(
            "VarHandleOp",
            List.of(),
            op -> {
              tensorflow.TFE_OpSetAttrType(op, "dtype", Types.code(type.dtype()));
              Check.run(
                  "take a shape",
                  s -> tensorflow.TFE_OpSetAttrShape(op, "shape", dims, dims.length, s));
              setString(op, "shared_name", name.getBytes(StandardCharsets.UTF_8));
              setString(op, "container", new byte[0]);
            },
            1)
        .get(0);
  }

  void assign(Handle variable, Handle value, DType dtype) {
    run(
        "AssignVariableOp",
        List.of(variable, value),
        op -> tensorflow.TFE_OpSetAttrType(op, "dtype", Types.code(dtype)),
        0);
  }

  Handle read(Handle variable, DType dtype) {
    return run(
            "ReadVariableOp",
            List.of(variable),
            op -> tensorflow.TFE_OpSetAttrType(op, "dtype", Types.code(dtype)),
            1)
        .get(0);
  }

  /** Frees a variable's value and its handle. */
  void destroy(Handle variable) {
    try (variable) {
      run(
          "DestroyResourceOp",
          List.of(variable),
          op -> tensorflow.TFE_OpSetAttrBool(op, "ignore_lookup_error", (byte) 1),
          0);
    }
  }

  // ---------------------------------------------------------------- functions

  void add(TF_Function function) {
    Check.run("take a function", s -> tensorflow.TFE_ContextAddFunction(context, function, s));
  }

  void remove(String function) {
    tensorflow.TFE_ContextClearCaches(context);
    Check.run("drop a function", s -> tensorflow.TFE_ContextRemoveFunction(context, function, s));
  }

  /** Calls a function; its results in order. */
  List<Handle> call(String function, List<Handle> inputs, int[] inputTypes, int[] outputTypes) {
    return run(
        "StatefulPartitionedCall",
        inputs,
        op -> {
          tensorflow.TFE_OpSetAttrFunctionName(op, "f", function, function.length());
          tensorflow.TFE_OpSetAttrTypeList(op, "Tin", inputTypes, inputTypes.length);
          tensorflow.TFE_OpSetAttrTypeList(op, "Tout", outputTypes, outputTypes.length);
          setString(op, "config_proto", config);
        },
        outputTypes.length);
  }

  private static void setString(TFE_Op op, String name, byte[] value) {
    try (BytePointer pointer = new BytePointer(value)) {
      tensorflow.TFE_OpSetAttrString(op, name, pointer, value.length);
    }
  }

  private List<Handle> run(
      String type, List<Handle> inputs, Consumer<TFE_Op> attributes, int outputs) {
    TFE_Op op = Check.get("make " + type, s -> tensorflow.TFE_NewOp(context, type, s));
    try (PointerScope scope = new PointerScope()) {
      Check.run(
          "run " + type,
          s -> {
            if (!device.isEmpty()) {
              tensorflow.TFE_OpSetDevice(op, device, s);
            }
            for (Handle input : inputs) {
              if (tensorflow.TF_GetCode(s) == tensorflow.TF_OK) {
                tensorflow.TFE_OpAddInput(op, input.get(), s);
              }
            }
          });
      attributes.accept(op);
      PointerPointer<TFE_TensorHandle> results = new PointerPointer<>(Math.max(1, outputs));
      IntPointer count = new IntPointer(new int[] {outputs});
      scope.attach(count);
      Check.run(
          type.endsWith("Call") ? "run the graph" : "run " + type,
          s -> tensorflow.TFE_Execute(op, results, count, s));
      List<Handle> out = new ArrayList<>();
      for (int i = 0; i < outputs; i++) {
        out.add(new Handle(results.get(TFE_TensorHandle.class, i)));
      }
      return out;
    } finally {
      tensorflow.TFE_DeleteOp(op);
    }
  }

  @Override
  public void close() {
    tensorflow.TFE_DeleteContext(context);
  }
}
