package dev.graft.training.step;

import dev.graft.api.backend.Backend;
import dev.graft.api.backend.Executable;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.TensorType;
import dev.graft.graph.Expansion;
import dev.graft.training.data.PackedBatch;
import dev.graft.training.optim.Optimizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An optimizer step on a backend that holds the model's weights and the trainables. Only three
 * scalars come back to the host.
 */
public final class TrainStep implements AutoCloseable {
  private final Backend backend;
  private final StepGraphs graphs;
  private final long seed;
  private final Compiled whole;
  private final Compiled accumulate;
  private @Nullable Executable apply;
  private long stateBegan;

  /**
   * A step.
   *
   * @param seed the run's seed, for dropout
   */
  public TrainStep(Backend backend, StepGraphs graphs, long seed) {
    this.backend = backend;
    this.graphs = graphs;
    this.seed = seed;
    this.whole = new Compiled(backend, graphs::whole);
    this.accumulate = new Compiled(backend, graphs::accumulate);
  }

  /** The optimizer's variables with their types, in the order of the trainables. */
  public static Map<String, TensorType> state(TrainedModel model, Optimizer optimizer) {
    Map<String, TensorType> out = new LinkedHashMap<>();
    for (Trainable t : model.trainables()) {
      optimizer.slots().forEach(slot -> out.put(StepGraphs.stateVariable(t, slot), t.type()));
    }
    return out;
  }

  /** Writes zeros to the optimizer's variables. */
  public void resetState() {
    state(graphs.model(), graphs.optimizer()).forEach(this::zero);
  }

  /**
   * Says when the optimizer's state was last reset, for its corrections of a young state.
   *
   * @param stepsDone the steps of the run that were done then
   */
  public void stateBegan(long stepsDone) {
    stateBegan = stepsDone;
  }

  private void zero(String variable, TensorType type) {
    backend.write(variable, HostTensor.generate(DType.F32, type.shape(), i -> 0), DType.F32);
  }

  /**
   * Trains on the micro-batches of one step.
   *
   * @param step the optimizer step, from 1
   * @param learningRate its rate, without the trainables' own factors
   * @param examples names the examples of the step, for the error
   * @throws GraftException {@code loss.not-finite}; the trainables are lost then
   */
  public StepResult run(
      long step, double learningRate, List<PackedBatch> microBatches, Supplier<String> examples) {
    Map<String, HostTensor> rates = new LinkedHashMap<>();
    rates.put(StepGraphs.LEARNING_RATE, HostTensor.scalar(learningRate));
    List<String> names = graphs.optimizer().scalars();
    List<Double> values = graphs.optimizer().scalarsAt(step - stateBegan);
    for (int i = 0; i < names.size(); i++) {
      rates.put(names.get(i), HostTensor.scalar(values.get(i)));
    }
    Map<String, HostTensor> out =
        microBatches.size() == 1
            ? runWhole(step, rates, microBatches.get(0))
            : runAccumulated(step, rates, microBatches);
    double weight = scalar(out, StepGraphs.WEIGHT);
    double loss = scalar(out, StepGraphs.LOSS) / weight;
    double norm = scalar(out, StepGraphs.GRAD_NORM);
    if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
      throw new GraftException(
          ErrorCode.LOSS_NOT_FINITE,
          "expected a finite loss and gradient at step "
              + step
              + ", received loss "
              + loss
              + " and gradient norm "
              + norm
              + " with learning rate "
              + learningRate
              + " on "
              + examples.get()
              + ". Nothing of this step was saved. Lower learning_rate or max_grad_norm, add"
              + " warm-up, or look at these examples");
    }
    return new StepResult(loss, weight, norm);
  }

  private static double scalar(Map<String, HostTensor> out, String name) {
    HostTensor t = out.get(name);
    if (t == null) {
      throw new GraftException(
          ErrorCode.BACKEND_FAILED,
          "expected the output '" + name + "' from the backend, received " + out.keySet());
    }
    return t.get(0);
  }

  private Map<String, HostTensor> runWhole(
      long step, Map<String, HostTensor> rates, PackedBatch batch) {
    Map<String, HostTensor> in = graphs.trainingInputs(batch, seed, step, 0);
    in.putAll(rates);
    return whole.get(BatchShape.of(batch)).run(in);
  }

  private Map<String, HostTensor> runAccumulated(
      long step, Map<String, HostTensor> rates, List<PackedBatch> microBatches) {
    Executable last = apply();
    for (int i = 0; i < microBatches.size(); i++) {
      Map<String, HostTensor> in = graphs.trainingInputs(microBatches.get(i), seed, step, i);
      accumulate.get(BatchShape.of(microBatches.get(i))).run(in);
    }
    return last.run(rates);
  }

  /** The second graph; with it the sums come into being, as zeros. */
  private Executable apply() {
    if (apply == null) {
      graphs.model().trainables().forEach(t -> zeroSum(t.variable(), t.type()));
      zeroSum(StepGraphs.LOSS, TensorType.of(DType.F32));
      zeroSum(StepGraphs.WEIGHT, TensorType.of(DType.F32));
      apply = Expansion.compile(backend, graphs.apply());
    }
    return apply;
  }

  private void zeroSum(String of, TensorType type) {
    zero(StepGraphs.sumVariable(of), type);
  }

  /** How many graphs are compiled at the moment. */
  int compiled() {
    return whole.size() + accumulate.size() + (apply == null ? 0 : 1);
  }

  @Override
  public void close() {
    whole.close();
    accumulate.close();
    if (apply != null) {
      apply.close();
      apply = null;
    }
  }
}
