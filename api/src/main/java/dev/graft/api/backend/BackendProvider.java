package dev.graft.api.backend;

/**
 * Found by {@link java.util.ServiceLoader}; makes backends.
 *
 * @param <C> the record that the recipe's {@code backend} block binds to
 */
public interface BackendProvider<C extends Record> {
  /** The permanent kebab-case id written into recipes and manifests. */
  String name();

  Class<C> configType();

  /** Looks for native libraries and devices; never throws, and costs little. */
  Availability availability();

  /**
   * Opens the device.
   *
   * @throws dev.graft.api.error.GraftException {@code backend.unavailable} when what the
   *     configuration asks for is not there; there is no fallback
   */
  Backend open(C config);
}
