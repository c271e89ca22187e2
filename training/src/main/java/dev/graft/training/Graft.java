package dev.graft.training;

import com.google.inject.Guice;
import com.google.inject.Injector;
import dev.graft.api.error.GraftException;
import dev.graft.models.ModelFolder;
import dev.graft.training.model.Engines;
import dev.graft.training.model.LoadedModel;
import dev.graft.training.model.ModelSettings;
import dev.graft.training.plugins.Plugins;
import dev.graft.training.recipe.Recipe;
import dev.graft.training.run.ExistingRun;
import dev.graft.training.run.RunSummary;
import dev.graft.training.run.Trainer;
import dev.graft.training.run.TrainingListener;
import java.nio.file.Path;
import java.util.List;

/**
 * Graft for programs: finds engines, adapters and masks, trains, and loads models. It holds no
 * engine open and has nothing to close; what it loads has. It may be used from several threads, and
 * there may be several of it: each run and each loaded model has an engine of its own.
 *
 * <p>Libraries of engines read their environment when they start: {@code OMP_WAIT_POLICY=passive}
 * for PyTorch and {@code TF_ENABLE_ONEDNN_OPTS=1} for TensorFlow have to be set before the JVM is.
 */
public final class Graft {
  private final Plugins plugins;
  private final Injector injector;

  private Graft(Plugins plugins) {
    this.plugins = plugins;
    this.injector = Guice.createInjector(new GraftModule(plugins));
  }

  /** With what is on the class path. */
  public static Graft create() {
    return create(Graft.class.getClassLoader(), List.of());
  }

  /**
   * With what an application's class loader offers, and plugins from elsewhere.
   *
   * @param application offers engines, adapters and masks by {@code META-INF/services}
   * @param pluginPath plugin jars and folders of them, each with a class loader of its own
   * @throws GraftException as {@link Plugins#discover(ClassLoader, List)}
   */
  public static Graft create(ClassLoader application, List<Path> pluginPath) {
    return new Graft(Plugins.discover(application, pluginPath));
  }

  /** Engines, adapters and masks, with those that cannot be used. */
  public Plugins plugins() {
    return plugins;
  }

  /** The names of the engines that can be opened here, for recipes and {@link ModelSettings}. */
  public List<String> engines() {
    return plugins.backends().stream()
        .filter(p -> Engines.availability(p.provider()).usable())
        .map(p -> p.name())
        .toList();
  }

  /**
   * Trains as a recipe says, on the engine that it names, and closes it. An unfinished run of the
   * same recipe in the same folder goes on.
   *
   * @param listener hears of every step, on this thread
   * @throws GraftException whatever is wrong with recipe, model or data, before anything is written
   */
  public RunSummary train(Recipe recipe, TrainingListener listener) {
    return trainer().train(recipe, ExistingRun.RESUME, listener);
  }

  /** Who trains one run, where it is to be stopped from another thread. */
  public Trainer trainer() {
    return injector.getInstance(Trainer.class);
  }

  /**
   * Loads a model folder, and adapters onto it, into an engine. The caller closes it.
   *
   * @throws GraftException what is wrong with a folder, an adapter or the engine
   */
  public Model load(Path folder, ModelSettings settings) {
    LoadedModel loaded = LoadedModel.load(plugins, ModelFolder.open(folder), settings);
    try {
      return new Model(loaded);
    } catch (RuntimeException | Error e) {
      loaded.close();
      throw e;
    }
  }
}
