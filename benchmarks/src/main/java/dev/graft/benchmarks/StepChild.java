package dev.graft.benchmarks;

import dev.graft.api.adapter.Adapter;
import dev.graft.api.adapter.AdapterProvider;
import dev.graft.api.backend.Backend;
import dev.graft.api.backend.BackendProvider;
import dev.graft.api.config.ConfigBinder;
import dev.graft.api.ops.Noise;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.graph.Expansion;
import dev.graft.models.AdapterBinding;
import dev.graft.models.AdapterConstants;
import dev.graft.models.BoundParameter;
import dev.graft.models.CausalLm;
import dev.graft.models.WeightSpec;
import dev.graft.training.data.PackedBatch;
import dev.graft.training.init.ParameterValues;
import dev.graft.training.optim.Optimizers;
import dev.graft.training.plugins.Plugins;
import dev.graft.training.step.StepGraphs;
import dev.graft.training.step.StepOptions;
import dev.graft.training.step.TrainStep;
import dev.graft.training.step.TrainedModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Training steps of 1 × 512 random tokens with AdamW, of several adapters in turn, so that other
 * work on the machine meets all of them alike. Arguments: the engine, a {@link ModelShape}, {@code
 * fp32} or {@code bf16}, how many of the last tokens carry loss, steps, and adapters such as {@code
 * lora:r=8} or {@code full}; with {@code full} it is the only one. An adapter followed by {@code
 * /checkpointed} is trained with gradient checkpointing.
 */
final class StepChild {
  private static final int LENGTH = 512;
  private static final String FULL = "full";

  /** Behind an adapter: with gradient checkpointing. */
  static final String CHECKPOINTED = "/checkpointed";

  private StepChild() {}

  private record Entry(String spec, TrainStep step, Meter meter) {}

  public static void main(String[] args) {
    ModelShape shape = ModelShape.of(args[1]);
    DType dtype = args[2].equals("bf16") ? DType.BF16 : DType.F32;
    int targets = Math.min(LENGTH - 1, Integer.parseInt(args[3]));
    int steps = Integer.parseInt(args[4]);
    List<String> specs = List.of(args).subList(5, args.length);
    CausalLm model = shape.model();
    PackedBatch batch = batch(shape.vocabulary(), targets);
    try (Backend backend = open(args[0])) {
      boolean full = specs.get(0).startsWith(FULL);
      for (WeightSpec w : model.weights()) {
        backend.write(w.name(), ModelShape.random(w), full ? DType.F32 : dtype);
        // The host's copy is of no use any more, and would stand in the peak of memory.
        System.gc();
      }
      List<Entry> entries = new ArrayList<>();
      specs.forEach(s -> entries.add(new Entry(s, step(s, model, dtype, backend), new Meter())));
      double[] losses = new double[entries.size()];
      for (int i = 0; i <= steps; i++) {
        int number = i + 1;
        for (Entry e : entries) {
          e.meter()
              .time(
                  () ->
                      losses[entries.indexOf(e)] =
                          e.step().run(number, 1e-4, List.of(batch), () -> "random tokens").loss());
          if (i == 0) { // it compiles
            e.meter().forget();
          }
        }
      }
      for (int i = 0; i < losses.length; i++) {
        Entry e = entries.get(i);
        e.meter()
            .print(
                e.spec(),
                LENGTH,
                shape.gflop(LENGTH, targets, full),
                Map.of("loss", losses[i], "device", backend.capabilities().device()));
        e.step().close();
      }
    }
  }

  private static TrainStep step(String entry, CausalLm model, DType dtype, Backend backend) {
    String spec = entry.replace(CHECKPOINTED, "");
    TrainedModel trained =
        spec.equals(FULL)
            ? TrainedModel.full(model, dtype)
            : TrainedModel.adapted(binding(spec, model, dtype, backend), model, dtype);
    StepOptions options = new StepOptions(1, 0, entry.endsWith(CHECKPOINTED));
    StepGraphs graphs = new StepGraphs(trained, Optimizers.create("adamw", Map.of(), 0), options);
    TrainStep step = new TrainStep(backend, graphs, 1);
    step.resetState();
    return step;
  }

  private static AdapterBinding binding(String spec, CausalLm model, DType dtype, Backend backend) {
    int colon = spec.indexOf(':');
    Map<String, Object> block = new HashMap<>();
    block.put("target_modules", List.of("q_proj", "v_proj"));
    for (String setting : spec.substring(colon + 1).split(",", -1)) {
      int equals = setting.indexOf('=');
      String value = setting.substring(equals + 1);
      block.put(setting.substring(0, equals), value);
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
    AdapterConstants.load(
        binding, model, dtype, Set.of(), backend, g -> Expansion.compile(backend, g));
    return binding;
  }

  private static <C extends Record> Adapter adapter(
      AdapterProvider<C> provider, Map<String, Object> block) {
    return provider.create(ConfigBinder.bind(block, provider.configType(), "adapter"));
  }

  static Backend open(String engine) {
    return open(Plugins.discover().backend(engine).provider());
  }

  private static <C extends Record> Backend open(BackendProvider<C> provider) {
    return provider.open(ConfigBinder.bind(Map.of(), provider.configType(), "backend"));
  }

  private static PackedBatch batch(int vocabulary, int targets) {
    Shape row = Shape.of(1, LENGTH);
    Shape last = Shape.of(targets);
    int from = LENGTH - 1 - targets;
    long ids = Noise.site("ids");
    long[] none = new long[LENGTH];
    Arrays.fill(none, -1);
    return new PackedBatch(
        HostTensor.generate(DType.I64, row, i -> token(ids, i, vocabulary)),
        HostTensor.generate(DType.I64, row, i -> i),
        HostTensor.generate(DType.I64, row, i -> 0),
        HostTensor.ofLongs(row, none),
        HostTensor.generate(DType.I64, last, i -> from + i),
        HostTensor.generate(DType.I64, last, i -> token(ids, from + i + 1, vocabulary)),
        HostTensor.generate(DType.F32, last, i -> 1),
        LENGTH,
        targets,
        targets);
  }

  private static double token(long site, long i, int vocabulary) {
    return (double) (Noise.bits(1, 0, 0, site, i) % vocabulary);
  }
}
