package dev.graft.engine.tf;

import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;

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
    if (!device.matches("cpu|cuda(:[0-9]{1,3})?")) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE, "expected device cpu, cuda or cuda:N, received '" + device + "'");
    }
    if (threads < 0 || threads > 4096) {
      throw new GraftException(
          ErrorCode.CONFIG_VALUE,
          "expected threads between 0 (all processors) and 4096, received " + threads);
    }
  }

  /** The values that a recipe without a backend block gets. */
  public static TfConfig defaults() {
    return new TfConfig("cpu", 0);
  }
}
