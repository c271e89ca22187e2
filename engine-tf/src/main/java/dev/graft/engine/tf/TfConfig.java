package dev.graft.engine.tf;

import dev.graft.api.backend.BackendChecks;
import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;

/**
 * The {@code backend} block of a recipe for {@code tensorflow}.
 *
 * @param device {@code cpu}, {@code cuda} or {@code cuda:N}
 * @param threads CPU threads within an operation; 0 takes all processors
 */
public record TfConfig(
    @Default("cpu") @Doc("Where to compute: cpu, cuda or cuda:N.") String device,
    @Default("0")
        @Doc("CPU threads within an operation; 0 takes all processors. One number per process.")
        int threads) {

  public TfConfig {
    BackendChecks.options(device, threads);
  }

  /** The values that a recipe without a backend block gets. */
  public static TfConfig defaults() {
    return new TfConfig("cpu", 0);
  }
}
