package dev.graft.training.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.graft.api.backend.Backend;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.models.BoundParameter;
import dev.graft.models.ModelFolder;
import dev.graft.models.SavedAdapter;
import dev.graft.models.safetensors.Safetensors;
import dev.graft.training.Engines;
import dev.graft.training.data.BatchPlan;
import dev.graft.training.data.BatchSettings;
import dev.graft.training.data.MaskedExample;
import dev.graft.training.data.Order;
import dev.graft.training.data.PackedBatch;
import dev.graft.training.data.Packing;
import dev.graft.training.data.PlannedStep;
import dev.graft.training.data.TemplatedExamples;
import dev.graft.training.optim.Optimizer;
import dev.graft.training.optim.Optimizers;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Steps against those of torch and peft: losses within 5e-5 relative, tensors after three AdamW
 * steps within 1e-3 in the relative L2 norm (Adam amplifies gradients that are nearly zero).
 */
final class TrainStepTest {
  private static final double LEARNING_RATE = 1e-2;

  private final LlamaFixture fixture = new LlamaFixture();
  private final Optimizer adamw = Optimizers.create("adamw", Map.of(), 0.01);

  private static Offset<Double> relative(double expected, double tolerance) {
    return within(Math.abs(expected) * tolerance);
  }

  private static StepResult run(TrainStep step, int number, PackedBatch... batches) {
    return step.run(number, LEARNING_RATE, List.of(batches), () -> "the fixture");
  }

  private TrainStep step(Backend backend, SavedAdapter adapter, ModelFolder folder, DType dtype) {
    return step(backend, adapter, folder, dtype, new StepOptions(0, 0, false));
  }

  private TrainStep step(
      Backend backend, SavedAdapter adapter, ModelFolder folder, DType dtype, StepOptions options) {
    folder.weights().load(backend, dtype);
    adapter.load(folder.model(), dtype, backend, Engines.compiler(backend));
    TrainedModel model = TrainedModel.adapted(adapter.binding(), folder.model(), dtype);
    TrainStep step = new TrainStep(backend, new StepGraphs(model, adamw, options), 7);
    step.resetState();
    return step;
  }

  /** engine × adapter. */
  static List<Arguments> adapters() {
    return Engines.all()
        .flatMap(e -> Stream.of("lora", "dora").map(a -> Arguments.of(e, a)))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("adapters")
  void threeStepsOfAnAdapterAgreeWithPeft(String engine, String name) {
    ModelFolder folder = fixture.model();
    SavedAdapter adapter = fixture.adapter(name, folder);
    JsonNode facts = fixture.json(name);
    try (Backend backend = Engines.open(engine);
        TrainStep step = step(backend, adapter, folder, DType.F32)) {
      for (int i = 0; i < 3; i++) {
        StepResult r = run(step, i + 1, fixture.batch());
        double loss = facts.get("adamw3_losses_before_each_step_and_final").get(i).asDouble();
        double norm = facts.get("grad_norm_each_step").get(i).asDouble();
        assertThat(r.loss()).as("loss %d", i).isCloseTo(loss, relative(loss, 5e-5));
        assertThat(r.gradNorm()).as("norm %d", i).isCloseTo(norm, relative(norm, 1e-4));
      }
      Safetensors after = fixture.tensors(name);
      List<BoundParameter> parameters = adapter.binding().parameters();
      assertThat(parameters).hasSize(name.equals("lora") ? 8 : 12);
      for (BoundParameter p : parameters) {
        String tensor = "after3." + p.site().name() + "." + p.spec().name() + ".weight";
        assertThat(distance(backend.read(p.variable()), after.tensor(tensor)))
            .as(tensor)
            .isLessThan(1e-3);
      }
      double last = facts.get("adamw3_losses_before_each_step_and_final").get(3).asDouble();
      assertThat(run(step, 4, fixture.batch()).loss()).isCloseTo(last, relative(last, 5e-5));
      assertThat(step.compiled()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.graft.training.Engines#all")
  void threeClippedStepsOfAllWeightsAgreeWithTorch(String engine) {
    ModelFolder folder = fixture.model();
    JsonNode facts = fixture.json("base").get("full_adamw3_clip1");
    TrainedModel model = TrainedModel.full(folder.model(), DType.F32);
    try (Backend backend = Engines.open(engine);
        TrainStep step = new TrainStep(backend, new StepGraphs(model, adamw, 1), 7);
        EvalStep eval = new EvalStep(backend, new StepGraphs(model, adamw, 1))) {
      folder.weights().load(backend, DType.F32, model.trainableWeights());
      step.resetState();
      for (int i = 0; i < 3; i++) {
        StepResult r = run(step, i + 1, fixture.batch());
        double loss = facts.get("losses").get(i).asDouble();
        double norm = facts.get("grad_norm_before_clip").get(i).asDouble();
        assertThat(r.loss()).as("loss %d", i).isCloseTo(loss, relative(loss, 5e-5));
        assertThat(r.gradNorm()).as("norm %d", i).isCloseTo(norm, relative(norm, 1e-4));
      }
      double last = facts.get("losses").get(3).asDouble();
      assertThat(eval.loss(List.of(fixture.batch()))).isCloseTo(last, relative(last, 5e-5));
      assertThat(eval.loss(List.of(fixture.batch(0), fixture.batch(1))))
          .isCloseTo(last, relative(last, 5e-5));
    }
  }

  @ParameterizedTest
  @MethodSource("dev.graft.training.Engines#all")
  void checkpointingChangesNoNumber(String engine) {
    ModelFolder folder = fixture.model();
    SavedAdapter dora = fixture.adapter("dora", folder);
    StepOptions options = new StepOptions(0, 5, true);
    for (DType dtype : List.of(DType.F32, DType.BF16)) {
      try (Backend one = Engines.open(engine);
          Backend two = Engines.open(engine);
          TrainStep keeping = step(one, dora, folder, dtype, new StepOptions(0, 5, false));
          TrainStep again = step(two, dora, folder, dtype, options)) {
        for (int i = 1; i <= 2; i++) {
          StepResult a = run(keeping, i, fixture.batch());
          StepResult b = run(again, i, fixture.batch());
          assertThat(b.loss()).isCloseTo(a.loss(), relative(a.loss(), 1e-6));
          assertThat(b.gradNorm()).isCloseTo(a.gradNorm(), relative(a.gradNorm(), 1e-5));
        }
      }
    }
  }

  /** One step on all examples: prefixes that are shared against examples that stand alone. */
  @ParameterizedTest
  @MethodSource("dev.graft.training.Engines#all")
  void sharedPrefixesChangeNothing(String engine) {
    ModelFolder folder = fixture.model();
    SavedAdapter lora = fixture.adapter("lora", folder);
    List<MaskedExample> examples = TemplatedExamples.draw(3, 40, 200, 48, true);
    PlannedStep alone = onlyStep(examples, Packing.BEST_FIT);
    PlannedStep shared = onlyStep(examples, Packing.SHARED_PREFIX);
    assertThat(shared.microBatches().size()).isLessThan(alone.microBatches().size());
    try (Backend one = Engines.open(engine);
        Backend two = Engines.open(engine);
        TrainStep a = step(one, lora, folder, DType.F32);
        TrainStep b = step(two, lora, folder, DType.F32)) {
      StepResult plain = run(a, 1, alone.microBatches().toArray(PackedBatch[]::new));
      StepResult less = run(b, 1, shared.microBatches().toArray(PackedBatch[]::new));
      assertThat(less.weight()).isCloseTo(plain.weight(), relative(plain.weight(), 1e-6));
      assertThat(less.loss()).isCloseTo(plain.loss(), relative(plain.loss(), 1e-6));
      assertThat(less.gradNorm()).isCloseTo(plain.gradNorm(), relative(plain.gradNorm(), 1e-5));
      for (BoundParameter p : lora.binding().parameters()) {
        String sum = StepGraphs.stateVariable(new Trainable(p.variable(), p.type(), 1), "m");
        assertThat(distance(two.read(sum), one.read(sum))).as(sum).isLessThan(1e-5);
      }
    }
  }

  private static PlannedStep onlyStep(List<MaskedExample> examples, Packing packing) {
    BatchSettings settings = new BatchSettings(64, 1, 1000, packing, Order.SHUFFLED);
    BatchPlan plan = BatchPlan.ofEpochs(examples, settings, 1, 1);
    assertThat(plan.steps()).isEqualTo(1);
    return plan.step(0);
  }

  @ParameterizedTest
  @MethodSource("dev.graft.training.Engines#all")
  void twoMicroBatchesOfOneRowEqualOneOfTwo(String engine) {
    ModelFolder folder = fixture.model();
    SavedAdapter lora = fixture.adapter("lora", folder);
    // The rows have different numbers of targets, so a mean of means would differ.
    assertThat(fixture.batch(0).targets()).isNotEqualTo(fixture.batch(1).targets());
    try (Backend one = Engines.open(engine);
        Backend two = Engines.open(engine);
        TrainStep whole = step(one, lora, folder, DType.F32);
        TrainStep parts = step(two, lora, folder, DType.F32)) {
      for (int i = 1; i <= 3; i++) {
        StepResult a = run(whole, i, fixture.batch());
        StepResult b = run(parts, i, fixture.batch(0), fixture.batch(1));
        assertThat(b.loss()).isCloseTo(a.loss(), relative(a.loss(), 1e-6));
        assertThat(b.weight()).isEqualTo(a.weight());
        assertThat(b.gradNorm()).isCloseTo(a.gradNorm(), relative(a.gradNorm(), 1e-5));
      }
      for (BoundParameter p : lora.binding().parameters()) {
        assertThat(distance(two.read(p.variable()), one.read(p.variable())))
            .as(p.variable())
            .isLessThan(1e-4);
      }
    }
  }

  /** The frozen weights and activations in bf16, what is trained in f32: losses within 2e-2. */
  @ParameterizedTest
  @MethodSource("adapters")
  void lossesInBf16AreNearThoseInFp32(String engine, String name) {
    ModelFolder folder = fixture.model();
    SavedAdapter adapter = fixture.adapter(name, folder);
    JsonNode losses = fixture.json(name).get("adamw3_losses_before_each_step_and_final");
    try (Backend backend = Engines.open(engine);
        TrainStep step = step(backend, adapter, folder, DType.BF16)) {
      for (int i = 0; i < 4; i++) {
        double loss = losses.get(i).asDouble();
        assertThat(run(step, i + 1, fixture.batch()).loss())
            .as("loss %d", i)
            .isCloseTo(loss, within(2e-2));
      }
      String variable = adapter.binding().parameters().get(0).variable();
      assertThat(backend.read(variable).dtype()).isEqualTo(DType.F32);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.graft.training.Engines#all")
  void namesTheStepAndTheExamplesOfALossThatIsNotFinite(String engine) {
    ModelFolder folder = fixture.model();
    SavedAdapter lora = fixture.adapter("lora", folder);
    try (Backend backend = Engines.open(engine);
        TrainStep step = step(backend, lora, folder, DType.F32)) {
      BoundParameter p = lora.binding().parameters().get(0);
      HostTensor bad = HostTensor.generate(DType.F32, p.spec().shape(), i -> Double.NaN);
      backend.write(p.variable(), bad, DType.F32);
      GraftException e =
          catchThrowableOfType(GraftException.class, () -> run(step, 5, fixture.batch()));
      assertThat(e.code()).isEqualTo(ErrorCode.LOSS_NOT_FINITE);
      assertThat(e).hasMessageContaining("step 5").hasMessageContaining("the fixture");
    }
  }

  private static double distance(HostTensor a, HostTensor b) {
    assertThat(a.shape()).isEqualTo(b.shape());
    double difference = 0;
    double norm = 0;
    for (long i = 0; i < a.shape().size(); i++) {
      difference += Math.pow(a.get(i) - b.get(i), 2);
      norm += Math.pow(b.get(i), 2);
    }
    return Math.sqrt(difference / norm);
  }
}
