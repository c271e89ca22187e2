package dev.graft.training.plugins;

/** The kinds of plugins. */
public enum PluginKind {
  BACKEND("backend"),
  ADAPTER("adapter"),
  MASKING("masking");

  private final String key;

  PluginKind(String key) {
    this.key = key;
  }

  /** The recipe's key of the block that names one. */
  public String key() {
    return key;
  }
}
