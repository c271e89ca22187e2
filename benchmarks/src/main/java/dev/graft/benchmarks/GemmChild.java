package dev.graft.benchmarks;

import dev.graft.api.backend.Backend;
import dev.graft.api.tensor.DType;
import dev.graft.training.model.GemmSpeed;
import java.util.Map;

/**
 * How fast the engine multiplies large square matrices, which bounds all else. Arguments: the
 * engine and {@code fp32} or {@code bf16}.
 */
final class GemmChild {
  private GemmChild() {}

  public static void main(String[] args) {
    try (Backend backend = StepChild.open(args[0])) {
      DType dtype = args[1].equals("bf16") ? DType.BF16 : DType.F32;
      GemmSpeed.Result best = GemmSpeed.measure(backend, dtype);
      for (int i = 0; i < 2; i++) {
        GemmSpeed.Result more = GemmSpeed.measure(backend, dtype);
        best = more.gflops() > best.gflops() ? more : best;
      }
      double gflop = 2.0 * best.n() * best.n() * best.n() / 1e9;
      Meter meter = new Meter();
      meter.add(gflop / best.gflops(), gflop / best.gflops() * best.threadsAtWork());
      meter.print("products of " + best.n(), best.n(), gflop, Map.of());
    }
  }
}
