package dev.graft.training.step;

import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.TensorType;
import dev.graft.models.AdapterBinding;
import dev.graft.models.CausalLm;
import dev.graft.models.PlacedModel;
import dev.graft.models.WeightSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A model and what of it is trained: the parameters of an adapter, or weights of the model.
 *
 * @param model the model
 * @param adapter the adapter; empty when weights are trained
 * @param compute the dtype of frozen weights and activations, f32 or bf16
 * @param trainableWeights the names of the weights that are trained themselves
 */
public record TrainedModel(
    CausalLm model, Optional<AdapterBinding> adapter, DType compute, Set<String> trainableWeights) {
  public TrainedModel {
    trainableWeights = Set.copyOf(trainableWeights);
  }

  /** A model with an adapter and what is trained beside it, or a model whose weights all are. */
  public TrainedModel(CausalLm model, Optional<AdapterBinding> adapter, DType compute) {
    this(
        model,
        adapter,
        compute,
        adapter.map(a -> a.trainedWeights(model)).orElseGet(() -> names(model)));
  }

  /** A model whose weights are all trained, kept in f32. */
  public static TrainedModel full(CausalLm model, DType compute) {
    return new TrainedModel(model, Optional.empty(), compute);
  }

  public static TrainedModel adapted(AdapterBinding adapter, CausalLm model, DType compute) {
    return new TrainedModel(model, Optional.of(adapter), compute);
  }

  private static Set<String> names(CausalLm model) {
    return model.weights().stream().map(WeightSpec::name).collect(Collectors.toSet());
  }

  /** How a backend holds it. */
  public PlacedModel placed() {
    return new PlacedModel(model, adapter, compute, trainableWeights);
  }

  /** All that is trained, in the model's order. */
  public List<Trainable> trainables() {
    return kept().stream().filter(t -> t.learningRateFactor() > 0).toList();
  }

  /**
   * All that a checkpoint keeps: what is trained, and an adapter's tensors that stay as they are.
   */
  public List<Trainable> kept() {
    List<Trainable> out = new ArrayList<>();
    if (adapter.isPresent()) {
      adapter
          .get()
          .parameters()
          .forEach(
              p -> out.add(new Trainable(p.variable(), p.type(), p.spec().learningRateFactor())));
    }
    for (WeightSpec w : model.weights()) {
      if (trainableWeights.contains(w.name())) {
        out.add(new Trainable(w.name(), new TensorType(DType.F32, w.shape()), 1));
      }
    }
    return out;
  }

  /** The number of trained elements. */
  public long trainableElements() {
    return trainables().stream().mapToLong(t -> t.type().shape().size()).sum();
  }
}
