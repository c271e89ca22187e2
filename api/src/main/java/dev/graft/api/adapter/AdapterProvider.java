package dev.graft.api.adapter;

import java.util.Map;
import java.util.Optional;

/**
 * Found by {@link java.util.ServiceLoader}; makes adapters.
 *
 * @param <C> the record that the recipe's {@code adapter} block binds to
 */
public interface AdapterProvider<C extends Record> {
  /** The permanent kebab-case id written into recipes and manifests. */
  String name();

  Class<C> configType();

  Adapter create(C config);

  /**
   * The configuration that a saved {@code adapter_config.json} stands for; empty when the folder is
   * not of this kind.
   *
   * @throws dev.graft.api.error.GraftException {@code adapter.unsupported} when it is of this kind
   *     but uses a feature that is not supported; the message names the field
   */
  default Optional<C> fromSaved(Map<String, Object> savedConfig) {
    return Optional.empty();
  }
}
