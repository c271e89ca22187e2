package dev.graft.cli;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.graft.training.plugins.GraftModule;
import dev.graft.training.plugins.Plugins;
import dev.graft.training.run.Trainer;

/** What the commands ask Guice for: the plugins by name, and who trains with them. */
final class CliModule extends AbstractModule {
  private final Plugins plugins;

  CliModule(Plugins plugins) {
    this.plugins = plugins;
  }

  @Override
  protected void configure() {
    install(new GraftModule(plugins));
  }

  @Provides
  @Singleton
  Trainer trainer(Plugins found) {
    return new Trainer(found);
  }
}
