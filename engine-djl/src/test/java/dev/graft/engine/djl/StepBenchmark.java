package dev.graft.engine.djl;

import com.sun.management.OperatingSystemMXBean;
import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.HostTensor;
import dev.graft.graph.Expansion;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * Times a training step of the SmolLM2 shape: forward, backward and AdamW of LoRA on q and v, 1 ×
 * 512 tokens. CPU time is given as well, since it bears other work on the machine. Arguments:
 * layers, {@code fp32} or {@code bf16}, {@code fast} or {@code portable}, steps.
 */
final class StepBenchmark {
  private StepBenchmark() {}

  public static void main(String[] args) throws IOException {
    int layers = args.length > 0 ? Integer.parseInt(args[0]) : 10;
    DType dtype = args.length > 1 && args[1].equals("bf16") ? DType.BF16 : DType.F32;
    DjlConfig.KernelChoice kernels =
        args.length > 2 && args[2].equals("portable")
            ? DjlConfig.KernelChoice.PORTABLE
            : DjlConfig.KernelChoice.FAST;
    int steps = args.length > 3 ? Integer.parseInt(args[3]) : 7;
    DjlConfig config = new DjlConfig("cpu", 0, DjlConfig.ComputeType.FP32, kernels);
    try (Backend backend = new DjlBackendProvider().open(config)) {
      SmallLlama model = SmallLlama.smolLm2(layers, dtype);
      model.write(backend, 1);
      System.gc();
      long start = System.nanoTime();
      Graph graph = Expansion.expand(model.step(), backend.capabilities().fused());
      double traced = seconds(start);
      start = System.nanoTime();
      try (Executable step = backend.compile(graph)) {
        double compiled = seconds(start);
        Map<String, HostTensor> inputs = model.inputs(2);
        double[] times = new double[steps];
        double[] cpu = new double[steps];
        OperatingSystemMXBean os =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        double loss = 0;
        for (int i = 0; i < steps; i++) {
          start = System.nanoTime();
          long cpuStart = os.getProcessCpuTime();
          HostTensor out = step.run(inputs).get("loss");
          times[i] = seconds(start);
          cpu[i] = (os.getProcessCpuTime() - cpuStart) / 1e9;
          loss = out == null ? Double.NaN : out.get(0);
        }
        System.out.printf(
            "%s, %d layers, %s: %d nodes, traced %.2f s, compiled %.2f s, steps %s, best %.3f s,"
                + " least CPU time %.3f s, loss %.4f, peak %s%n",
            backend.capabilities().device(),
            layers,
            dtype,
            graph.nodes().size(),
            traced,
            compiled,
            Arrays.toString(Arrays.stream(times).map(t -> Math.round(t * 1000) / 1e3).toArray()),
            Arrays.stream(times).min().orElseThrow(),
            Arrays.stream(cpu).min().orElseThrow(),
            loss,
            peak());
      }
    }
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private static String peak() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(l -> l.startsWith("VmHWM"))
        .findFirst()
        .orElse("unknown");
  }
}
