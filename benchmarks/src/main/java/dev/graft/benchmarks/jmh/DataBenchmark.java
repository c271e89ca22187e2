package dev.graft.benchmarks.jmh;

import dev.graft.api.config.ConfigBinder;
import dev.graft.api.masking.MaskingProvider;
import dev.graft.api.masking.MaskingStrategy;
import dev.graft.training.data.BatchPlan;
import dev.graft.training.data.BatchSettings;
import dev.graft.training.data.Example;
import dev.graft.training.data.Gates;
import dev.graft.training.data.Order;
import dev.graft.training.data.Overlength;
import dev.graft.training.data.Packing;
import dev.graft.training.data.PlannedStep;
import dev.graft.training.data.TrainingData;
import dev.graft.training.plugins.Plugins;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** From rows to batches: rendering, masks, packing. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DataBenchmark {
  private static final int ROWS = 10_000;

  /** How rows are packed. */
  @Param({"BEST_FIT", "SHARED_PREFIX"})
  public Packing packing = Packing.BEST_FIT;

  private List<Example> examples = List.of();
  private MaskingStrategy mask = (example, seed) -> new float[example.size()];
  private TrainingData prepared = prepareNothing();
  private BatchPlan plan = plan();

  private static TrainingData prepareNothing() {
    return prepare(Rows.drawn(10), mask("response-only"));
  }

  private static MaskingStrategy mask(String name) {
    return create(Plugins.discover().masking(name).provider());
  }

  private static <C extends Record> MaskingStrategy create(MaskingProvider<C> provider) {
    return provider.create(ConfigBinder.bind(Map.of(), provider.configType(), "masking"));
  }

  private static TrainingData prepare(List<Example> examples, MaskingStrategy mask) {
    return TrainingData.prepare(
        examples, new Rows.Quads(), mask, 1, 512, Overlength.TRUNCATE, Gates.training(0.1));
  }

  private BatchPlan plan() {
    BatchSettings settings = new BatchSettings(512, 4, 1, packing, Order.SHUFFLED);
    return BatchPlan.ofEpochs(prepared.examples(), settings, 1, 1);
  }

  /** Draws the rows. */
  @Setup
  public void draw() {
    examples = Rows.drawn(ROWS);
    mask = mask("response-only");
    prepared = prepare(examples, mask);
    plan = plan();
  }

  /** 10,000 rows are rendered, tokenized and masked. */
  @Benchmark
  public TrainingData masks() {
    return prepare(examples, mask);
  }

  /** 10,000 examples are packed. */
  @Benchmark
  public BatchPlan packs() {
    return plan();
  }

  /** The batches of one step of 4 rows are laid out. */
  @Benchmark
  public PlannedStep laysOut() {
    return plan.step(plan.steps() / 2);
  }
}
