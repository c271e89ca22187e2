package dev.graft.training.model;

import dev.graft.training.recipe.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a model is loaded.
 *
 * @param engine the name of the backend
 * @param engineOptions the keys of its block in a recipe but the one that names it
 * @param dtype what passes are computed in
 * @param adapters what is laid onto the model
 */
public record ModelSettings(
    String engine,
    Map<String, Object> engineOptions,
    Precision dtype,
    List<AdapterSource> adapters) {
  public ModelSettings {
    engineOptions = Collections.unmodifiableMap(new LinkedHashMap<>(engineOptions));
    adapters = List.copyOf(adapters);
  }

  /** A model by itself on an engine, in fp32. */
  public static ModelSettings on(String engine) {
    return new ModelSettings(engine, Map.of(), Precision.FP32, List.of());
  }

  /** The same with one more adapter. */
  public ModelSettings with(AdapterSource adapter) {
    List<AdapterSource> more = new ArrayList<>(adapters);
    more.add(adapter);
    return new ModelSettings(engine, engineOptions, dtype, more);
  }

  /** The same with the adapter of a folder. */
  public ModelSettings withAdapter(Path folder) {
    return with(AdapterSource.of(folder));
  }

  /** The same in another dtype. */
  public ModelSettings in(Precision other) {
    return new ModelSettings(engine, engineOptions, other, adapters);
  }

  /** The same with other options of the engine. */
  public ModelSettings withOptions(Map<String, Object> options) {
    return new ModelSettings(engine, options, dtype, adapters);
  }
}
