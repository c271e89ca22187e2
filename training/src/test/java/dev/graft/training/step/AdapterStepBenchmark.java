package dev.graft.training.step;

import com.sun.management.OperatingSystemMXBean;
import dev.graft.adapters.dora.DoraConfig;
import dev.graft.adapters.dora.DoraProvider;
import dev.graft.adapters.lora.LoraConfig;
import dev.graft.adapters.lora.LoraProvider;
import dev.graft.api.adapter.Adapter;
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
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Times training steps of adapters on all linear layers of the SmolLM2 shape with random weights, 1
 * × 512 tokens, loss on every token, in turns, so that what else the machine does falls on all
 * alike. Arguments: engine, layers, {@code fp32} or {@code bf16}, rounds.
 */
final class AdapterStepBenchmark {
  private static final int TOKENS = 512;
  private static final int VOCAB = 49152;

  private AdapterStepBenchmark() {}

  private static CausalLm model(int layers) throws IOException {
    Path folder = Files.createTempDirectory("shape");
    Path config = folder.resolve("config.json");
    Files.writeString(
        config,
        String.format(
            Locale.ROOT,
            """
            {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": %d,
             "hidden_size": 576, "intermediate_size": 1536, "num_hidden_layers": %d,
             "num_attention_heads": 9, "num_key_value_heads": 3, "head_dim": 64,
             "max_position_embeddings": 2048, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
             "hidden_act": "silu", "tie_word_embeddings": true, "attention_bias": false,
             "mlp_bias": false, "bos_token_id": 1, "eos_token_id": 2, "torch_dtype": "float32"}
            """,
            VOCAB,
            layers));
    try {
      return ModelFolder.architecture(config);
    } finally {
      Files.delete(config);
      Files.delete(folder);
    }
  }

  private static HostTensor weight(WeightSpec w) {
    long site = Noise.site(w.name());
    double scale = w.shape().rank() == 1 ? 0 : Math.sqrt(3.0 / w.shape().dim(-1));
    double mean = w.shape().rank() == 1 ? 1 : 0;
    return HostTensor.generate(
        DType.F32, w.shape(), i -> mean + scale * (2 * Noise.uniform(1, 0, 0, site, i) - 1));
  }

  private static PackedBatch batch() {
    long[] ids = new long[TOKENS];
    long[] targets = new long[TOKENS];
    long[] positions = new long[TOKENS];
    for (int i = 0; i < TOKENS; i++) {
      ids[i] = Math.floorMod(Noise.bits(2, 0, 0, 0, i), VOCAB);
      targets[i] = Math.floorMod(Noise.bits(2, 0, 0, 1, i), VOCAB);
      positions[i] = i;
    }
    long[] parents = new long[TOKENS];
    Arrays.fill(parents, -1);
    float[] weights = new float[TOKENS];
    Arrays.fill(weights, 1);
    Shape row = Shape.of(1, TOKENS);
    Shape flat = Shape.of(TOKENS);
    return new PackedBatch(
        HostTensor.ofLongs(row, ids),
        HostTensor.ofLongs(row, positions),
        HostTensor.ofLongs(row, new long[TOKENS]),
        HostTensor.ofLongs(row, parents),
        HostTensor.ofLongs(flat, positions),
        HostTensor.ofLongs(flat, targets),
        HostTensor.ofFloats(flat, weights),
        TOKENS,
        TOKENS,
        TOKENS);
  }

  public static void main(String[] args) throws IOException {
    String engine = args.length > 0 ? args[0] : "djl-pytorch";
    int layers = args.length > 1 ? Integer.parseInt(args[1]) : 10;
    DType dtype = args.length > 2 && args[2].equals("bf16") ? DType.BF16 : DType.F32;
    int rounds = args.length > 3 ? Integer.parseInt(args[3]) : 7;
    Map<String, Object> keys = Map.of("r", 8, "target_modules", "all-linear");
    Map<String, Adapter> adapters = new LinkedHashMap<>();
    adapters.put("lora", new LoraProvider().create(ConfigBinder.bind(keys, LoraConfig.class, "")));
    adapters.put("dora", new DoraProvider().create(ConfigBinder.bind(keys, DoraConfig.class, "")));
    CausalLm model = model(layers);
    OperatingSystemMXBean os = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    PackedBatch batch = batch();
    try (Backend backend = Engines.open(engine)) {
      model.weights().forEach(w -> backend.write(w.name(), weight(w), dtype));
      Map<String, TrainStep> steps = new LinkedHashMap<>();
      adapters.forEach((name, adapter) -> steps.put(name, step(backend, model, adapter, dtype)));
      Map<String, double[]> cpu = new LinkedHashMap<>();
      Map<String, double[]> wall = new LinkedHashMap<>();
      for (int i = -1; i < rounds; i++) {
        for (Map.Entry<String, TrainStep> e : steps.entrySet()) {
          long start = System.nanoTime();
          long cpuStart = os.getProcessCpuTime();
          e.getValue().run(i + 2L, 1e-4, List.of(batch), () -> "random tokens");
          if (i >= 0) { // the first round compiles
            cpu.computeIfAbsent(e.getKey(), k -> new double[rounds])[i] =
                (os.getProcessCpuTime() - cpuStart) / 1e9;
            wall.computeIfAbsent(e.getKey(), k -> new double[rounds])[i] =
                (System.nanoTime() - start) / 1e9;
          }
        }
      }
      System.out.printf("%s, %d layers, %s%n", backend.capabilities().device(), layers, dtype);
      double[] base = cpu.getOrDefault("lora", new double[rounds]);
      cpu.forEach(
          (name, seconds) -> {
            double[] ratios = new double[rounds];
            Arrays.setAll(ratios, i -> seconds[i] / base[i]);
            System.out.printf(
                "%s: processor time least %.3f s, median %.3f s; to lora's: least %.3f, median of"
                    + " pairs %.3f; wall least %.3f s%n",
                name,
                least(seconds),
                median(seconds),
                least(seconds) / least(base),
                median(ratios),
                least(wall.getOrDefault(name, seconds)));
          });
      steps.values().forEach(TrainStep::close);
    }
  }

  private static TrainStep step(Backend backend, CausalLm model, Adapter adapter, DType dtype) {
    AdapterBinding binding = AdapterBinding.bind(adapter, model.sites());
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
    AdapterConstants.load(binding, model, dtype, Set.of(), backend, Engines.compiler(backend));
    TrainedModel trained = TrainedModel.adapted(binding, model, dtype);
    StepGraphs graphs = new StepGraphs(trained, Optimizers.create("adamw", Map.of(), 0.01), 1);
    TrainStep step = new TrainStep(backend, graphs, 1);
    step.resetState();
    return step;
  }

  private static double least(double[] seconds) {
    return Arrays.stream(seconds).min().orElseThrow();
  }

  private static double median(double[] seconds) {
    double[] sorted = Arrays.stream(seconds).sorted().toArray();
    return sorted[sorted.length / 2];
  }
}
