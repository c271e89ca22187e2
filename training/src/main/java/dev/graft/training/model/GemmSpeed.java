package dev.graft.training.model;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.ops.Linear;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.api.tensor.Trace;
import dev.graft.graph.Expansion;
import java.lang.management.ManagementFactory;
import java.util.Map;

/** Measures how fast an engine multiplies square matrices in linear layers. */
public final class GemmSpeed {
  /** Layers one after the other, so that reading the result costs nothing beside them. */
  private static final int LAYERS = 8;

  private static final long ENOUGH_NANOS = 700_000_000L;

  private GemmSpeed() {}

  /**
   * A measurement.
   *
   * @param n rows, inputs and outputs of each layer
   * @param gflops 10⁹ floating-point operations a second, of the fastest run
   * @param threadsAtWork processor time over elapsed time of all runs
   */
  public record Result(int n, double gflops, double threadsAtWork) {}

  /** Measures the largest of a few sizes that this engine multiplies in a moment. */
  public static Result measure(Backend backend, DType dtype) {
    Result result = measure(backend, dtype, 128);
    for (int n : new int[] {1024, 2048}) {
      double seconds = LAYERS * flops(n) / (Math.max(0.05, result.gflops()) * 1e9);
      if (seconds > 1.5) {
        break;
      }
      result = measure(backend, dtype, n);
    }
    return result;
  }

  private static double flops(int n) {
    return 2.0 * n * n * n;
  }

  /** Measures products of n × n matrices. */
  public static Result measure(Backend backend, DType dtype, int n) {
    Shape square = Shape.of(n, n);
    TensorType type = new TensorType(dtype, square);
    // Rows of the product of x with such a weight keep their size.
    HostTensor x = HostTensor.generate(DType.F32, square, i -> (i % 7 - 3) / 3.0);
    HostTensor w = HostTensor.generate(DType.F32, square, i -> (i % 11 - 5) / (3.0 * Math.sqrt(n)));
    backend.write("gemm.x", x, dtype);
    backend.write("gemm.w", w, dtype);
    Trace trace = new Trace("gemm");
    Tensor y = trace.variable("gemm.x", type);
    Tensor weight = trace.variable("gemm.w", type);
    for (int i = 0; i < LAYERS; i++) {
      y = Linear.of(y, weight, null);
    }
    trace.output("sum", y.cast(DType.F32).sum(0, 1));
    try (Executable run = Expansion.compile(backend, trace.build())) {
      run.run(Map.of());
      long start = System.nanoTime();
      long cpu = processorNanos();
      long fastest = Long.MAX_VALUE;
      long now = start;
      for (int i = 0; i < 2 || (now - start < ENOUGH_NANOS && i < 100); i++) {
        run.run(Map.of());
        long after = System.nanoTime();
        fastest = Math.min(fastest, after - now);
        now = after;
      }
      double cores = (processorNanos() - cpu) / (double) (now - start);
      return new Result(n, tenths(LAYERS * flops(n) / fastest), tenths(cores));
    } finally {
      backend.release("gemm.x");
      backend.release("gemm.w");
    }
  }

  private static double tenths(double x) {
    return Math.round(x * 10) / 10.0;
  }

  private static long processorNanos() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean os
        ? os.getProcessCpuTime()
        : 0;
  }
}
