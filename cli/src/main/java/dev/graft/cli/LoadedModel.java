package dev.graft.cli;

import dev.graft.api.backend.Backend;
import dev.graft.api.tensor.DType;
import dev.graft.graph.Expansion;
import dev.graft.models.AdapterBinding;
import dev.graft.models.AdapterFolder;
import dev.graft.models.CausalLm;
import dev.graft.models.GraphCompiler;
import dev.graft.models.ModelFolder;
import dev.graft.models.SavedAdapter;
import dev.graft.models.Weights;
import dev.graft.training.plugins.Plugin;
import dev.graft.training.plugins.Plugins;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A model, perhaps with an adapter, whose weights an engine holds. */
final class LoadedModel implements AutoCloseable {
  private final ModelFolder folder;
  private final Optional<AdapterBinding> adapter;
  private final Backend backend;
  private final DType dtype;

  private LoadedModel(
      ModelFolder folder, Optional<AdapterBinding> adapter, Backend backend, DType dtype) {
    this.folder = folder;
    this.adapter = adapter;
    this.backend = backend;
    this.dtype = dtype;
  }

  /** Reads the folders, opens the engine and loads the weights. */
  static LoadedModel load(Plugins plugins, ModelFolder folder, ModelOptions options) {
    options.engine.plugin(plugins); // An unknown engine is refused before files are read.
    Optional<SavedAdapter> saved = AdapterChoice.bind(plugins, options.adapters, folder);
    DType dtype = options.dtype.dtype();
    Backend backend = options.engine.open(plugins);
    try {
      Weights weights = folder.weights();
      saved.map(s -> s.weights(weights)).orElse(weights).load(backend, dtype);
      saved.ifPresent(s -> s.load(folder.model(), dtype, backend, compiler(backend)));
    } catch (RuntimeException | Error e) {
      backend.close();
      throw e;
    }
    return new LoadedModel(folder, saved.map(SavedAdapter::binding), backend, dtype);
  }

  static AdapterFolder adapter(Plugins plugins, Path folder) {
    return AdapterFolder.read(
        folder, List.copyOf(plugins.adapters().stream().map(Plugin::provider).toList()));
  }

  ModelFolder folder() {
    return folder;
  }

  CausalLm model() {
    return folder.model();
  }

  Optional<AdapterBinding> adapter() {
    return adapter;
  }

  Backend backend() {
    return backend;
  }

  DType dtype() {
    return dtype;
  }

  /** Compiles for the engine at hand. */
  GraphCompiler compiler() {
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
