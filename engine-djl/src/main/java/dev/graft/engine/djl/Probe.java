package dev.graft.engine.djl;

import dev.graft.api.error.GraftException;
import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.TensorType;
import java.util.List;
import java.util.Optional;

/** Finds out by trying what this build of PyTorch can do on this machine. */
final class Probe {
  private static final String FAST =
      "    x = torch.ones([1, 1, 2, 2])\n"
          + "    o, l, = torch._scaled_dot_product_flash_attention_for_cpu(x, x, x, 0., False,"
          + " attn_mask=x, scale=1.)\n"
          + "    d, e, f, = torch._scaled_dot_product_flash_attention_for_cpu_backward(o, x, x, x,"
          + " o, l, 0., False, attn_mask=x, scale=1.)\n"
          + "    y = torch.reshape(d, [2, 2])\n"
          + "    return ["
          + OneDnnProducts.call("y", "torch.t(y)", "None")
          + "]\n";

  private static final String BF16 =
      "    return [torch.full([], int(ops.mkldnn._is_mkldnn_bf16_supported()), dtype=4)]\n";

  private final Torch torch;

  Probe(Torch torch) {
    this.torch = torch;
  }

  /** Whether the operators of {@link Kernels#fast} are there. */
  boolean hasFast() {
    return refusalOf(FAST).isEmpty();
  }

  /** Whether the processor multiplies bf16 by instructions of its own. */
  boolean hasBf16() {
    try (Torch.Module m = torch.load(method(BF16))) {
      NativeTensor answer = m.run("probe", List.of()).get(0);
      try (answer) {
        return torch.copy(answer, TensorType.of(DType.I64)).getLong(0) == 1;
      }
    } catch (GraftException e) {
      return false;
    }
  }

  /** Why a device cannot be used; empty where it can. */
  Optional<String> refusal(String device) {
    return refusalOf(
        "    return [torch.cpu(torch.ones([1], device=torch.device(\"" + device + "\")))]\n");
  }

  private Optional<String> refusalOf(String body) {
    try (Torch.Module m = torch.load(method(body))) {
      m.run("probe", List.of()).forEach(NativeTensor::close);
      return Optional.empty();
    } catch (GraftException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static String method(String body) {
    return "  def probe(self: __torch__.M) -> List[Tensor]:\n" + body;
  }
}
