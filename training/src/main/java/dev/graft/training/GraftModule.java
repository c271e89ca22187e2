package dev.graft.training;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.TypeLiteral;
import com.google.inject.multibindings.MapBinder;
import dev.graft.api.adapter.AdapterProvider;
import dev.graft.api.backend.BackendProvider;
import dev.graft.api.masking.MaskingProvider;
import dev.graft.training.plugins.Plugin;
import dev.graft.training.plugins.Plugins;
import dev.graft.training.run.Trainer;
import java.util.List;

/**
 * Guice bindings: {@link Plugins}, for each kind of plugin a {@code Map<String, …Provider<?>>} by
 * name, and who trains with them. Plugins themselves know nothing of Guice.
 */
public final class GraftModule extends AbstractModule {
  private final Plugins plugins;

  public GraftModule(Plugins plugins) {
    this.plugins = plugins;
  }

  @Override
  protected void configure() {
    bind(Plugins.class).toInstance(plugins);
    bindAll(new TypeLiteral<BackendProvider<?>>() {}, plugins.backends());
    bindAll(new TypeLiteral<AdapterProvider<?>>() {}, plugins.adapters());
    bindAll(new TypeLiteral<MaskingProvider<?>>() {}, plugins.maskings());
  }

  /** One for every run, since a run can be stopped. */
  @Provides
  static Trainer trainer(Plugins found) {
    return new Trainer(found);
  }

  private <P> void bindAll(TypeLiteral<P> type, List<Plugin<P>> found) {
    MapBinder<String, P> map =
        MapBinder.newMapBinder(binder(), TypeLiteral.get(String.class), type);
    found.forEach(p -> map.addBinding(p.name()).toInstance(p.provider()));
  }
}
