package dev.graft.api.masking;

/**
 * Found by {@link java.util.ServiceLoader}; makes masking strategies.
 *
 * @param <C> the record that the recipe's {@code masking} block binds to
 */
public interface MaskingProvider<C extends Record> {
  /** The permanent kebab-case id written into recipes and manifests. */
  String name();

  Class<C> configType();

  MaskingStrategy create(C config);
}
