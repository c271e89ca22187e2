package dev.graft.engine.djl;

import dev.graft.api.backend.BackendChecks;
import dev.graft.api.config.Default;
import dev.graft.api.config.Doc;

/**
 * The {@code backend} block of a recipe for {@code djl-pytorch}.
 *
 * @param device {@code cpu}, {@code cuda} or {@code cuda:N}
 * @param threads CPU threads within an operation; 0 takes all processors
 * @param kernels which operators of PyTorch to use
 */
public record DjlConfig(
    @Default("cpu") @Doc("Where to compute: cpu, cuda or cuda:N.") String device,
    @Default("0") @Doc("CPU threads within an operation; 0 takes all processors.") int threads,
    @Default("fast")
        @Doc("fast uses CPU operators that not every build of PyTorch has, where they are there.")
        KernelChoice kernels) {

  /** Which operators of PyTorch to use. */
  public enum KernelChoice {
    /** oneDNN's linear kernel and fused attention where PyTorch has them, else as portable. */
    FAST,
    /** Only operators that every build of PyTorch has on every device. */
    PORTABLE
  }

  public DjlConfig {
    BackendChecks.options(device, threads);
  }

  /** What an empty block means: the CPU with all processors, in fp32. */
  public static DjlConfig defaults() {
    return new DjlConfig("cpu", 0, KernelChoice.FAST);
  }
}
