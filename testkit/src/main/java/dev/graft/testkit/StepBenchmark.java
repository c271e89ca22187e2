package dev.graft.testkit;

import com.sun.management.OperatingSystemMXBean;
import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendProvider;
import dev.graft.api.backend.Executable;
import dev.graft.api.config.ConfigBinder;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.HostTensor;
import dev.graft.graph.Expansion;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;

/**
 * Times a training step of the SmolLM2 shape: forward, backward and AdamW of LoRA on q and v, 1 ×
 * 512 tokens. CPU time is given as well, since it bears other work on the machine. Arguments: the
 * engine's name, layers, {@code fp32} or {@code bf16}, steps, then keys of the engine's
 * configuration such as {@code kernels=portable}. The engine stands on the class path.
 */
public final class StepBenchmark {
  private StepBenchmark() {}

  public static void main(String[] args) throws IOException {
    String engine = args.length > 0 ? args[0] : "reference";
    int layers = args.length > 1 ? Integer.parseInt(args[1]) : 10;
    DType dtype = args.length > 2 && args[2].equals("bf16") ? DType.BF16 : DType.F32;
    int steps = args.length > 3 ? Integer.parseInt(args[3]) : 7;
    Map<String, Object> options = new HashMap<>();
    for (int i = 4; i < args.length; i++) {
      int equals = args[i].indexOf('=');
      options.put(args[i].substring(0, equals), args[i].substring(equals + 1));
    }
    long begun = System.nanoTime();
    try (Backend backend = open(engine, options)) {
      double opened = seconds(begun);
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
            "%s, %s, %d layers, %s: %d nodes, opened %.2f s, traced %.2f s, compiled %.2f s, steps %s, best %.3f s,"
                + " least CPU time %.3f s, loss %.4f, peak %s%n",
            engine,
            backend.capabilities().device(),
            layers,
            dtype,
            graph.nodes().size(),
            opened,
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

  private static Backend open(String name, Map<String, Object> options) {
    for (BackendProvider<?> p : ServiceLoader.load(BackendProvider.class)) {
      if (p.name().equals(name)) {
        return open(p, options);
      }
    }
    throw new IllegalArgumentException("expected an engine on the class path, received " + name);
  }

  private static <C extends Record> Backend open(
      BackendProvider<C> provider, Map<String, Object> options) {
    return provider.open(ConfigBinder.bind(options, provider.configType(), "backend"));
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
