package dev.graft.training.step;

import dev.graft.api.backend.Backend;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.HostTensor;
import dev.graft.training.data.PackedBatch;
import java.util.Map;
import java.util.Objects;

/**
 * The loss on held-out batches, without noise, at the point that the optimizer evaluates ({@link
 * AveragedPoint}).
 */
public final class EvalStep implements AutoCloseable {
  private final Compiled evaluate;
  private final AveragedPoint point;

  public EvalStep(Backend backend, StepGraphs graphs) {
    this.evaluate = new Compiled(backend, graphs::evaluate);
    this.point = new AveragedPoint(backend, graphs);
  }

  /**
   * Σ w·nll / Σ w over all batches.
   *
   * @throws GraftException {@code loss.not-finite}
   */
  public double loss(Iterable<PackedBatch> batches) {
    return point.at(() -> lossHere(batches));
  }

  private double lossHere(Iterable<PackedBatch> batches) {
    double loss = 0;
    double weight = 0;
    for (PackedBatch batch : batches) {
      Map<String, HostTensor> out = evaluate.get(BatchShape.of(batch)).run(StepInputs.of(batch));
      loss += Objects.requireNonNull(out.get(StepGraphs.LOSS)).get(0);
      weight += Objects.requireNonNull(out.get(StepGraphs.WEIGHT)).get(0);
    }
    double mean = loss / weight;
    if (!Double.isFinite(mean)) {
      throw new GraftException(
          ErrorCode.LOSS_NOT_FINITE,
          "expected a finite loss on the held-out examples, received "
              + mean
              + " (summed loss "
              + loss
              + ", summed weight "
              + weight
              + "). Lower learning_rate, or look at the model's weights");
    }
    return mean;
  }

  @Override
  public void close() {
    evaluate.close();
  }
}
