package dev.graft.training.model;

import dev.graft.api.backend.Backend;
import dev.graft.api.tensor.DType;
import dev.graft.graph.Expansion;
import dev.graft.models.AdapterBinding;
import dev.graft.models.CausalLm;
import dev.graft.models.GraphCompiler;
import dev.graft.models.ModelFolder;
import dev.graft.models.PlacedModel;
import dev.graft.models.SavedAdapter;
import dev.graft.models.Weights;
import dev.graft.training.plugins.Plugins;
import java.util.Optional;

/** A model, perhaps with an adapter, whose weights an engine holds. */
public final class LoadedModel implements AutoCloseable {
  private final ModelFolder folder;
  private final Optional<SavedAdapter> adapter;
  private final Backend backend;
  private final DType dtype;

  private LoadedModel(
      ModelFolder folder, Optional<SavedAdapter> adapter, Backend backend, DType dtype) {
    this.folder = folder;
    this.adapter = adapter;
    this.backend = backend;
    this.dtype = dtype;
  }

  /**
   * Reads the folders, opens the engine and loads the weights.
   *
   * @throws dev.graft.api.error.GraftException what is wrong with a folder, an adapter or the
   *     engine
   */
  public static LoadedModel load(Plugins plugins, ModelFolder folder, ModelSettings settings) {
    var engine = plugins.backend(settings.engine()); // refused before files are read
    Optional<SavedAdapter> saved = AdapterSource.bind(plugins, settings.adapters(), folder);
    DType dtype = settings.dtype().dtype();
    Backend backend = Engines.open(engine, settings.engineOptions());
    try {
      Weights weights = folder.weights();
      saved.map(s -> s.weights(weights)).orElse(weights).load(backend, dtype);
      saved.ifPresent(s -> s.load(folder.model(), dtype, backend, compiler(backend)));
    } catch (RuntimeException | Error e) {
      backend.close();
      throw e;
    }
    return new LoadedModel(folder, saved, backend, dtype);
  }

  public ModelFolder folder() {
    return folder;
  }

  public CausalLm model() {
    return folder.model();
  }

  public Optional<AdapterBinding> adapter() {
    return adapter.map(SavedAdapter::binding);
  }

  /** The model as the engine holds it, to be scored or to generate. */
  public PlacedModel placed() {
    return new PlacedModel(model(), adapter(), dtype);
  }

  /** The adapters as their folders have them, laid onto the model together. */
  public Optional<SavedAdapter> savedAdapter() {
    return adapter;
  }

  public Backend backend() {
    return backend;
  }

  public DType dtype() {
    return dtype;
  }

  /** Compiles for the engine at hand. */
  public GraphCompiler compiler() {
    return compiler(backend);
  }

  private static GraphCompiler compiler(Backend backend) {
    return graph -> Expansion.compile(backend, graph);
  }

  @Override
  public void close() {
    backend.close();
  }
}
