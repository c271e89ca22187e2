package dev.graft.training.run;

import dev.graft.api.tensor.Graph;
import dev.graft.api.tensor.TensorType;
import dev.graft.graph.Cost;
import dev.graft.graph.Expansion;
import dev.graft.training.data.DataStatistics;
import dev.graft.training.data.PlanStatistics;
import dev.graft.training.step.BatchShape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a run will take, told before it starts.
 *
 * @param data what is trained on
 * @param heldOut what is held out
 * @param plan how the batches are filled
 * @param steps the optimizer steps of the run
 * @param trainedTokens the tokens that carry loss, over the whole run
 * @param parameters the elements of the model's weights
 * @param trainableParameters the elements that are trained
 * @param variableBytes the memory of weights, trainables, the optimizer's state and gradient sums
 * @param peakBytes the most memory of intermediate values, for the largest batch
 * @param flopsPerStep floating-point operations of a full optimizer step, for the largest batches
 */
public record Preflight(
    DataStatistics data,
    Optional<DataStatistics> heldOut,
    PlanStatistics plan,
    int steps,
    long trainedTokens,
    long parameters,
    long trainableParameters,
    long variableBytes,
    long peakBytes,
    double flopsPerStep) {
  /**
   * Predicts from the traced graphs; nothing runs.
   *
   * @param fused the composites that the backend runs whole, see {@link
   *     dev.graft.api.backend.Capabilities#fused()}
   */
  public static Preflight of(PreparedRun run, Set<String> fused) {
    List<Integer> buckets = run.plan().statistics().targetBuckets();
    BatchShape largest =
        new BatchShape(
            run.recipe().microBatchSize(),
            run.recipe().sequenceLen(),
            buckets.get(buckets.size() - 1));
    int microBatches = run.recipe().gradientAccumulationSteps();
    List<Graph> graphs =
        microBatches == 1
            ? List.of(run.graphs().whole(largest))
            : List.of(run.graphs().accumulate(largest), run.graphs().apply());
    Map<String, TensorType> variables = new HashMap<>();
    long peak = 0;
    double flops = 0;
    for (int i = 0; i < graphs.size(); i++) {
      Graph g = Expansion.expand(graphs.get(i), fused);
      variables.putAll(g.variables());
      Cost cost = Cost.of(g);
      peak = Math.max(peak, cost.peakBytes());
      flops += (double) cost.flops() * (i == 0 ? microBatches : 1);
    }
    long trained = 0;
    for (int s = 0; s < run.plan().steps(); s++) {
      trained += run.plan().step(s).targets();
    }
    return new Preflight(
        run.training().statistics(),
        run.heldOut().map(d -> d.statistics()),
        run.plan().statistics(),
        run.plan().steps(),
        trained,
        run.folder().model().weights().stream().mapToLong(w -> w.shape().size()).sum(),
        run.trainedModel().trainableElements(),
        variables.values().stream().mapToLong(TensorType::bytes).sum(),
        peak,
        flops);
  }
}
