package dev.graft.api.adapter;

import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A parameter-efficient change of frozen weights. Stateless: parameters are values that the trainer
 * owns, and all methods may be called any number of times.
 */
public interface Adapter {
  /** Which sites it changes. */
  TargetModules targets();

  /**
   * The parameters at a site.
   *
   * @throws dev.graft.api.error.GraftException {@code adapter.unsupported} when the site's kind or
   *     shape does not suit
   */
  List<ParameterSpec> parameters(Site site);

  /**
   * What it wants prepared from the site's weight before anything runs; the forward pass gets it
   * from {@link AdapterContext#constant}.
   */
  default List<ConstantSpec> constants(Site site) {
    return List.of();
  }

  /**
   * The frozen tensors that its sites share; contexts give them under their names.
   *
   * @param sites all sites that it is laid onto, at least one
   */
  default List<SharedSpec> shared(List<Site> sites) {
    return List.of();
  }

  /** Traces the site's output with the adapter, [.., out] in x's compute dtype. */
  Tensor forward(AdapterContext context);

  /**
   * Traces the weight that makes the plain site compute what {@link #forward} does without dropout.
   */
  Tensor mergedWeight(MergeContext context);

  /**
   * The adapter that goes on, with parameters that start anew, when this one has been merged into
   * the weights in the midst of training (ReLoRA, arXiv 2307.05695). It declares the same
   * parameters as this one; an adapter that always goes on as it is returns itself.
   */
  default Adapter restarted() {
    return this;
  }

  /** Which biases of the base model are trained beside it, and saved with it. */
  default TrainedBiases trainedBiases() {
    return TrainedBiases.NONE;
  }

  /**
   * Modules of the base model that are trained whole beside it, and saved with it: those whose
   * names end with one of these, as PEFT's {@code modules_to_save}.
   */
  default List<String> modulesToSave() {
    return List.of();
  }

  /** The content of {@code adapter_config.json}, apart from {@code base_model_name_or_path}. */
  Map<String, Object> savedConfig();

  /** The tensor's name in a saved folder, after the module's name and a dot. */
  default String savedName(Site site, String parameter) {
    return parameter + ".weight";
  }

  /**
   * The tensors of a site in a saved folder, by their names after the module's name and a dot;
   * those that an adapter made from {@link #savedConfig()} reads.
   *
   * @param parameters the values of all parameters of the site, by name, f32
   */
  default Map<String, HostTensor> savedTensors(Site site, Map<String, HostTensor> parameters) {
    Map<String, HostTensor> out = new LinkedHashMap<>();
    parameters.forEach((name, value) -> out.put(savedName(site, name), value));
    return out;
  }
}
