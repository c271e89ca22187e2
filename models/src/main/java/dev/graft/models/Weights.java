package dev.graft.models;

import dev.graft.api.backend.Backend;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Shape;
import dev.graft.models.safetensors.Safetensors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The values of a model's weights: exactly those that it needs, with the shapes that it needs. */
public final class Weights {
  private final CausalLm model;
  private final Function<String, HostTensor> values;

  private Weights(CausalLm model, Function<String, HostTensor> values) {
    this.model = model;
    this.values = values;
  }

  /**
   * Weights in files. Ignored are tables that older files carry although they are computed ({@code
   * rotary_emb.inv_freq}), and the head's copy of a shared embedding.
   *
   * @throws GraftException {@code model.weights} when tensors are missing, unexpected or of another
   *     shape, {@code model.unsupported} when they are not floating; it lists them
   */
  public static Weights of(CausalLm model, Safetensors tensors) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    tensors.names().forEach(n -> shapes.put(n, tensors.shape(n)));
    check(model, tensors.source().toString(), shapes);
    List<String> integers =
        model.weights().stream()
            .map(WeightSpec::name)
            .filter(n -> !tensors.dtype(n).isFloating())
            .toList();
    if (!integers.isEmpty()) {
      throw new GraftException(
          ErrorCode.MODEL_UNSUPPORTED,
          tensors.source()
              + ": expected floating weights, received integers: "
              + Listing.of(integers)
              + ". Quantized weights are not supported; use the unquantized model.");
    }
    return new Weights(model, tensors::tensor);
  }

  /** Weights in memory. */
  public static Weights of(CausalLm model, Map<String, HostTensor> tensors) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    tensors.forEach((n, t) -> shapes.put(n, t.shape()));
    check(model, "weights in memory", shapes);
    Map<String, HostTensor> copy = Map.copyOf(tensors);
    return new Weights(model, n -> known(copy, n));
  }

  private static HostTensor known(Map<String, HostTensor> tensors, String name) {
    HostTensor value = tensors.get(name);
    if (value == null) {
      throw new GraftException(
          ErrorCode.MODEL_WEIGHTS, "expected a weight of the model, received '" + name + "'");
    }
    return value;
  }

  private static void check(CausalLm model, String source, Map<String, Shape> found) {
    Map<String, Shape> needed = new LinkedHashMap<>();
    model.weights().forEach(w -> needed.put(w.name(), w.shape()));
    List<String> missing = needed.keySet().stream().filter(n -> !found.containsKey(n)).toList();
    List<String> unexpected =
        found.keySet().stream()
            .filter(n -> !needed.containsKey(n) && !isHarmless(model, n))
            .toList();
    List<String> wrong = new ArrayList<>();
    needed.forEach(
        (name, shape) -> {
          Shape received = found.get(name);
          if (received != null && !received.equals(shape)) {
            wrong.add(name + " (expected " + shape + ", received " + received + ")");
          }
        });
    List<String> problems = new ArrayList<>();
    add(problems, "missing", missing);
    add(problems, "unexpected", unexpected);
    add(problems, "of another shape", wrong);
    if (!problems.isEmpty()) {
      throw new GraftException(
          ErrorCode.MODEL_WEIGHTS,
          source
              + ": expected the weights that config.json calls for; "
              + String.join("; ", problems)
              + ". The weights and config.json are probably of different models.");
    }
  }

  private static boolean isHarmless(CausalLm model, String name) {
    return name.endsWith(".rotary_emb.inv_freq")
        || (model.config().tiedHead() && name.equals(model.head().name() + ".weight"));
  }

  private static void add(List<String> problems, String what, List<String> names) {
    if (!names.isEmpty()) {
      problems.add(names.size() + " " + what + ": " + Listing.of(names));
    }
  }

  public CausalLm model() {
    return model;
  }

  /** The value of a weight, in the dtype that it is stored in. */
  public HostTensor tensor(String name) {
    return values.apply(name);
  }

  /** These weights with some of them replaced, for example by an adapter's saved modules. */
  public Weights replacing(Map<String, HostTensor> replaced) {
    Map<String, HostTensor> copy = Map.copyOf(replaced);
    for (WeightSpec w : model.weights()) {
      HostTensor value = copy.get(w.name());
      if (value != null && !value.shape().equals(w.shape())) {
        throw new GraftException(
            ErrorCode.MODEL_WEIGHTS,
            "expected " + w.shape() + " for '" + w.name() + "', received " + value.type());
      }
    }
    Set<String> names = Set.copyOf(model.weights().stream().map(WeightSpec::name).toList());
    for (String name : copy.keySet()) {
      if (!names.contains(name)) {
        throw new GraftException(
            ErrorCode.MODEL_WEIGHTS,
            "expected to replace a weight of the model, received '" + name + "'");
      }
    }
    return new Weights(
        model,
        n -> {
          HostTensor value = copy.get(n);
          return value != null ? value : values.apply(n);
        });
  }

  /** Writes all weights to a backend as frozen ones, in the compute dtype. */
  public void load(Backend backend, DType compute) {
    load(backend, compute, Set.of());
  }

  /**
   * Writes all weights to a backend's variables.
   *
   * @param trainable names of the weights to hold in f32, as {@link ForwardPass} reads them
   */
  public void load(Backend backend, DType compute, Set<String> trainable) {
    for (WeightSpec w : model.weights()) {
      DType stored = trainable.contains(w.name()) ? DType.F32 : compute;
      backend.write(w.name(), tensor(w.name()), stored);
    }
  }
}
