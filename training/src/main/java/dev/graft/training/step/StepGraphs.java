package dev.graft.training.step;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.ops.Uniform;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Tensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.api.tensor.Trace;
import dev.graft.graph.Gradients;
import dev.graft.models.AttentionBias;
import dev.graft.models.ForwardPass;
import dev.graft.models.LanguageModelLoss;
import dev.graft.training.data.PackedBatch;
import dev.graft.training.optim.Clipping;
import dev.graft.training.optim.Optimizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Traces the graphs of training. The loss of an optimizer step is Σ w·nll / Σ w over all its
 * micro-batches, so {@link #accumulate} adds up Σ w·∇nll, Σ w·nll and Σ w, and {@link #apply}
 * divides. A step of a single micro-batch needs no sums: {@link #whole} is both in one.
 */
public final class StepGraphs {
  static final String LOSS = "loss";
  static final String WEIGHT = "weight";
  static final String GRAD_NORM = "grad_norm";
  static final String LEARNING_RATE = "learning_rate";
  private static final String EMBEDDING_NOISE = "embedding_noise";
  private static final TensorType SCALAR = TensorType.of(DType.F32);

  private final TrainedModel model;
  private final Optimizer optimizer;
  private final StepOptions options;

  /**
   * What to trace.
   *
   * @param maxGradNorm the bound on the norm of all gradients together; 0 for none
   */
  public StepGraphs(TrainedModel model, Optimizer optimizer, double maxGradNorm) {
    this(model, optimizer, new StepOptions(maxGradNorm, 0, false));
  }

  /** What to trace. */
  public StepGraphs(TrainedModel model, Optimizer optimizer, StepOptions options) {
    this.model = model;
    this.optimizer = optimizer;
    this.options = options;
  }

  TrainedModel model() {
    return model;
  }

  Optimizer optimizer() {
    return optimizer;
  }

  /** What training on a micro-batch is fed. */
  Map<String, HostTensor> trainingInputs(PackedBatch batch, long seed, long step, long microBatch) {
    Map<String, HostTensor> in = StepInputs.of(batch);
    in.put("noise", StepInputs.noiseKey(seed, step, microBatch));
    if (options.neftuneAlpha() > 0) {
      int width = model.model().config().hiddenSize();
      in.put(EMBEDDING_NOISE, Neftune.scale(batch, options.neftuneAlpha(), width));
    }
    return in;
  }

  /** The variable of a trainable's state slot. */
  static String stateVariable(Trainable trainable, String slot) {
    return "optimizer." + slot + "." + trainable.variable();
  }

  /** The variable that keeps a trainable's value while another is evaluated. */
  static String keptVariable(Trainable trainable) {
    return "kept." + trainable.variable();
  }

  /** The variable that sums a trainable's gradient, or one of the scalars. */
  static String sumVariable(String of) {
    return "accumulate." + of;
  }

  /**
   * What a pass over a micro-batch gives: Σ w·nll and Σ w, f32 [] both, and what is between the
   * model's blocks.
   */
  private record Sums(Tensor loss, Tensor weight, List<Tensor> checkpoints) {}

  private static Sums sums(Trace trace, BatchShape shape, ForwardPass pass) {
    StepInputs in = new StepInputs(trace, shape);
    Tensor ids = in.ids();
    Tensor positions = in.positions();
    Tensor bias = AttentionBias.packed(in.segments(), in.parents(), pass.dtype());
    Tensor targetPositions = in.targetPositions();
    Tensor targets = in.targets();
    Tensor weights = in.weights();
    Tensor hidden = pass.model().hidden(pass, ids, positions, bias);
    Tensor nll = LanguageModelLoss.nll(pass, hidden, targetPositions, targets);
    return new Sums(nll.times(weights).sum(), weights.sum(), pass.checkpoints());
  }

  private ForwardPass.Builder pass(Trace trace) {
    return model.placed().pass(trace);
  }

  private Sums training(Trace trace, BatchShape shape) {
    Tensor key = StepInputs.noiseKey(trace);
    ForwardPass.Builder pass = pass(trace).training(key);
    if (options.neftuneAlpha() > 0) {
      Tensor scale = trace.input(EMBEDDING_NOISE, DType.F32, shape.rows(), shape.length(), 1);
      pass.embeddings(e -> Neftune.of(e, key, scale));
    }
    return sums(trace, shape, pass.build());
  }

  /** Whether training draws noise, such as dropout, which every example has of its own. */
  public boolean drawsNoise() {
    Trace trace = new Trace("noise");
    trace.output(LOSS, training(trace, new BatchShape(1, 2, 1)).loss());
    return trace.build().nodes().stream().anyMatch(n -> n.op() instanceof Uniform);
  }

  private List<Tensor> variables(Trace trace) {
    List<Tensor> out = new ArrayList<>();
    model.trainables().forEach(t -> out.add(trace.variable(t.variable(), t.type())));
    return out;
  }

  /** Of Σ w·nll, in the order of the trainables. */
  private List<Tensor> gradients(Trace trace, Sums sums) {
    List<Tensor> kept = options.gradientCheckpointing() ? sums.checkpoints() : List.of();
    if (options.gradientCheckpointing() && kept.size() < 2) {
      throw new GraftException(
          ErrorCode.MODEL_UNSUPPORTED,
          "expected a model that says what is between its blocks for 'gradient_checkpointing: true',"
              + " received "
              + model.model().getClass().getSimpleName()
              + ", which does not; set it to false");
    }
    return Gradients.of(sums.loss(), variables(trace), kept);
  }

  /** Loss, gradients and update for a step of one micro-batch. */
  public Graph whole(BatchShape shape) {
    Trace trace = new Trace("step");
    Sums sums = training(trace, shape);
    List<Tensor> gradients = gradients(trace, sums);
    update(trace, sums, gradients);
    return trace.build();
  }

  /** Adds a micro-batch to the sums. */
  public Graph accumulate(BatchShape shape) {
    Trace trace = new Trace("accumulate");
    Sums sums = training(trace, shape);
    List<Tensor> gradients = gradients(trace, sums);
    List<Trainable> trainables = model.trainables();
    for (int i = 0; i < trainables.size(); i++) {
      Trainable t = trainables.get(i);
      add(trace, t.variable(), t.type(), gradients.get(i));
    }
    add(trace, LOSS, SCALAR, sums.loss());
    add(trace, WEIGHT, SCALAR, sums.weight());
    trace.output(LOSS, sums.loss());
    return trace.build();
  }

  private static void add(Trace trace, String of, TensorType type, Tensor value) {
    String variable = sumVariable(of);
    trace.update(variable, trace.variable(variable, type).plus(value));
  }

  /** Updates the trainables from the sums, and sets these to zero. */
  public Graph apply() {
    Trace trace = new Trace("apply");
    List<Tensor> gradients = new ArrayList<>();
    for (Trainable t : model.trainables()) {
      String variable = sumVariable(t.variable());
      gradients.add(trace.variable(variable, t.type()));
      trace.update(variable, trace.zeros(t.type()));
    }
    List<Tensor> scalars = new ArrayList<>();
    for (String of : List.of(LOSS, WEIGHT)) {
      scalars.add(trace.variable(sumVariable(of), SCALAR));
      trace.update(sumVariable(of), trace.zeros(SCALAR));
    }
    update(trace, new Sums(scalars.get(0), scalars.get(1), List.of()), gradients);
    return trace.build();
  }

  /** Σ w·nll and Σ w of a micro-batch without dropout, and nothing changed. */
  public Graph evaluate(BatchShape shape) {
    Trace trace = new Trace("evaluate");
    Sums sums = sums(trace, shape, pass(trace).build());
    trace.output(LOSS, sums.loss());
    trace.output(WEIGHT, sums.weight());
    return trace.build();
  }

  private List<Tensor> state(Trace trace, Trainable t) {
    List<Tensor> out = new ArrayList<>();
    for (String slot : optimizer.slots()) {
      out.add(trace.variable(stateVariable(t, slot), t.type()));
    }
    return out;
  }

  /** Keeps every trainable and puts the value to evaluate in its place. */
  Graph toEvaluated() {
    Trace trace = new Trace("to_evaluated");
    for (Trainable t : model.trainables()) {
      Tensor value = trace.variable(t.variable(), t.type());
      trace.update(keptVariable(t), value);
      trace.update(t.variable(), optimizer.evaluated(value, state(trace, t)));
    }
    return trace.build();
  }

  /** Puts every trainable back. */
  Graph toTrained() {
    Trace trace = new Trace("to_trained");
    for (Trainable t : model.trainables()) {
      trace.update(t.variable(), trace.variable(keptVariable(t), t.type()));
    }
    return trace.build();
  }

  /**
   * The optimizer's update.
   *
   * @param gradients of Σ w·nll, in the order of the trainables
   */
  private void update(Trace trace, Sums sums, List<Tensor> gradients) {
    Tensor norm = Clipping.globalNorm(gradients).div(sums.weight());
    Tensor factor = trace.fill(1, SCALAR).div(sums.weight());
    if (options.maxGradNorm() > 0) {
      factor = factor.times(Clipping.scale(norm, options.maxGradNorm()));
    }
    Tensor learningRate = trace.input(LEARNING_RATE, SCALAR);
    List<Tensor> scalars = new ArrayList<>();
    optimizer.scalars().forEach(s -> scalars.add(trace.input(s, SCALAR)));
    List<Trainable> trainables = model.trainables();
    for (int i = 0; i < trainables.size(); i++) {
      Trainable t = trainables.get(i);
      List<Tensor> state = state(trace, t);
      List<Tensor> updated =
          optimizer.update(
              trace.variable(t.variable(), t.type()),
              state,
              gradients.get(i).times(factor),
              learningRate.times(t.learningRateFactor()),
              scalars);
      trace.update(t.variable(), updated.get(0));
      for (int s = 0; s < state.size(); s++) {
        trace.update(stateVariable(t, optimizer.slots().get(s)), updated.get(s + 1));
      }
    }
    trace.output(LOSS, sums.loss());
    trace.output(WEIGHT, sums.weight());
    trace.output(GRAD_NORM, norm);
  }
}
