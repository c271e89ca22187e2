package dev.graft.engine.djl;

import dev.graft.api.tensor.HostTensor;
import dev.graft.api.tensor.TensorType;
import java.util.List;

/** What the backend needs of PyTorch. Failures are {@code backend.failed}. */
interface Torch {
  /** A compiled script. */
  interface Module extends AutoCloseable {
    /**
     * Runs a method {@code (List[Tensor], …) -> List[Tensor]} without gradients; the caller owns
     * the results.
     */
    List<NativeTensor> run(String method, List<List<NativeTensor>> lists);

    @Override
    void close();
  }

  /** Compiles methods; each is indented by two spaces and takes {@code self: __torch__.M}. */
  Module load(String methods);

  /**
   * A CPU tensor over host memory, which the caller keeps reachable as long as the tensor. 16-bit
   * floats come as f16 whatever they are: scripts view them as what they are.
   */
  NativeTensor wrap(HostTensor value);

  /** A copy of a contiguous CPU tensor. */
  HostTensor copy(NativeTensor tensor, TensorType type);

  /** The CPU threads that an operation of the calling thread uses. */
  int threads();
}
