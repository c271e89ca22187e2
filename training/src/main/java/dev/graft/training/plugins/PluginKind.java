package dev.graft.training.plugins;

import dev.graft.api.adapter.AdapterProvider;
import dev.graft.api.backend.BackendProvider;
import dev.graft.api.masking.MaskingProvider;

/** The kinds of plugins. */
public enum PluginKind {
  BACKEND("backend", BackendProvider.class),
  ADAPTER("adapter", AdapterProvider.class),
  MASKING("masking", MaskingProvider.class);

  private final String key;
  private final Class<?> provider;

  PluginKind(String key, Class<?> provider) {
    this.key = key;
    this.provider = provider;
  }

  /** The recipe's key of the block that names one. */
  public String key() {
    return key;
  }

  /** The file of a jar that names providers of the kind. */
  String services() {
    return "META-INF/services/" + provider.getName();
  }
}
