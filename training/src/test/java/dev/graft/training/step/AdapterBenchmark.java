package dev.graft.training.step;

import com.sun.management.OperatingSystemMXBean;
import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.AdapterProvider;
import dev.graft.api.backend.Backend;
import dev.graft.api.config.ConfigBinder;
import dev.graft.api.ops.Noise;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.models.AdapterBinding;
import dev.graft.models.AdapterConstants;
import dev.graft.models.BoundParameter;
import dev.graft.models.CausalLm;
import dev.graft.models.ModelFolder;
import dev.graft.models.WeightSpec;
import dev.graft.training.Engines;
import dev.graft.training.data.PackedBatch;
import dev.graft.training.init.ParameterValues;
import dev.graft.training.optim.Optimizers;
import dev.graft.training.plugins.Plugins;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Times training steps of several adapters on all linear layers of one model, in turn, so that
 * other work on the machine meets all of them alike: SmolLM2's shape with fewer or all of its 30
 * layers, random weights, 1 × 512 tokens, loss on every token, fp32. Arguments: the engine, the
 * number of layers, the number of rounds, and adapters such as {@code lora:r=8} and {@code
 * mora:r=8,mora_type=1}; ratios are to the first of them.
 */
final class AdapterBenchmark {
  private static final int LENGTH = 512;
  private static final int VOCABULARY = 49_152;

  private AdapterBenchmark() {}

  /** An adapter's step and what it took. */
  private record Entry(String spec, TrainStep step, long parameters, List<Double> cpu) {
    double least() {
      return cpu.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    double median() {
      double[] sorted = cpu.stream().mapToDouble(Double::doubleValue).sorted().toArray();
      return sorted[sorted.length / 2];
    }
  }

  public static void main(String[] args) throws IOException {
    String engine = args[0];
    int rounds = Integer.parseInt(args[2]);
    CausalLm model = model(Integer.parseInt(args[1]));
    PackedBatch batch = batch();
    OperatingSystemMXBean os = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    try (Backend backend = Engines.open(engine)) {
      for (WeightSpec w : model.weights()) {
        backend.write(w.name(), random(w), DType.F32);
      }
      List<Entry> entries = new ArrayList<>();
      for (String spec : Arrays.copyOfRange(args, 3, args.length)) {
        entries.add(entry(spec, model, backend));
      }
      for (int round = 0; round <= rounds; round++) {
        for (Entry e : entries) {
          long before = os.getProcessCpuTime();
          e.step().run(round + 1, 1e-4, List.of(batch), () -> "random tokens");
          if (round > 0) { // the first compiles
            e.cpu().add((os.getProcessCpuTime() - before) / 1e9);
          }
        }
      }
      Entry first = entries.get(0);
      for (Entry e : entries) {
        System.out.printf(
            "%-40s %,10d parameters, CPU seconds: least %.3f (%.3f), median %.3f (%.3f)%n",
            e.spec(),
            e.parameters(),
            e.least(),
            e.least() / first.least(),
            e.median(),
            e.median() / first.median());
        e.step().close();
      }
    }
  }

  private static CausalLm model(int layers) throws IOException {
    Path config = Files.createTempFile("config", ".json");
    try {
      Files.writeString(
          config,
          """
          {"model_type": "llama", "vocab_size": %d, "hidden_size": 576, "intermediate_size": 1536,
           "num_hidden_layers": %d, "num_attention_heads": 9, "num_key_value_heads": 3,
           "tie_word_embeddings": true}
          """
              .formatted(VOCABULARY, layers));
      return ModelFolder.architecture(config);
    } finally {
      Files.delete(config);
    }
  }

  private static HostTensor random(WeightSpec w) {
    long site = Noise.site(w.name());
    return w.shape().rank() == 1
        ? HostTensor.generate(DType.F32, w.shape(), i -> 1)
        : HostTensor.generate(
            DType.F32, w.shape(), i -> 0.06 * Noise.uniform(1, 0, 0, site, i) - 0.03);
  }

  private static Entry entry(String spec, CausalLm model, Backend backend) {
    int colon = spec.indexOf(':');
    Map<String, Object> block = new HashMap<>(Map.of("target_modules", "all-linear"));
    for (String setting : spec.substring(colon + 1).split(",", -1)) {
      int equals = setting.indexOf('=');
      block.put(setting.substring(0, equals), setting.substring(equals + 1));
    }
    AdapterProvider<?> provider = Plugins.discover().adapter(spec.substring(0, colon)).provider();
    AdapterBinding binding = AdapterBinding.bind(adapter(provider, block), model.sites());
    ParameterValues values = new ParameterValues(1);
    for (BoundParameter p : binding.parameters()) {
      HostTensor value =
          values.of(
              p.variable(),
              p.spec().shape(),
              p.spec().initializer(),
              () -> backend.read(model.weight(p.site())));
      backend.write(p.variable(), value, DType.F32);
    }
    AdapterConstants.load(binding, model, DType.F32, Set.of(), backend, Engines.compiler(backend));
    TrainedModel trained = TrainedModel.adapted(binding, model, DType.F32);
    StepGraphs graphs = new StepGraphs(trained, Optimizers.create("adamw", Map.of(), 0.01), 1);
    TrainStep step = new TrainStep(backend, graphs, 1);
    step.resetState();
    return new Entry(spec, step, trained.trainableElements(), new ArrayList<>());
  }

  private static <C extends Record> Adapter adapter(
      AdapterProvider<C> provider, Map<String, Object> block) {
    return provider.create(ConfigBinder.bind(block, provider.configType(), "adapter"));
  }

  private static PackedBatch batch() {
    Shape row = Shape.of(1, LENGTH);
    Shape targets = Shape.of(LENGTH - 1);
    long ids = Noise.site("ids");
    return new PackedBatch(
        HostTensor.generate(DType.I64, row, i -> token(ids, i)),
        HostTensor.generate(DType.I64, row, i -> i),
        HostTensor.generate(DType.I64, row, i -> 0),
        HostTensor.generate(DType.I64, row, i -> -1),
        HostTensor.generate(DType.I64, targets, i -> i),
        HostTensor.generate(DType.I64, targets, i -> token(ids, i + 1)),
        HostTensor.generate(DType.F32, targets, i -> 1),
        LENGTH,
        LENGTH - 1,
        LENGTH - 1);
  }

  private static double token(long site, long i) {
    return (double) (Noise.bits(1, 0, 0, site, i) % VOCABULARY);
  }
}
