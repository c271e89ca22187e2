package dev.graft.engine.djl;

import dev.graft.api.tensor.DType;
import dev.graft.api.tensor.HostTensor;
import java.util.List;

/** Copies values between the host and the device, in any dtype. */
final class Conversions implements AutoCloseable {
  private static final String TO_HOST = "to_host";

  private final Torch torch;
  private final Torch.Module module;

  Conversions(Torch torch, String device) {
    this.torch = torch;
    StringBuilder methods = new StringBuilder();
    for (DType from : DType.values()) {
      for (DType to : DType.values()) {
        // A view would do for bf16, but this build of PyTorch has only the copying operator.
        boolean copied = from == DType.BF16;
        String x = copied ? "torch.view_copy(a[0], dtype=" + Literals.dtype(from) + ")" : "a[0]";
        String copy = copied ? "False" : "True";
        method(
            methods,
            name(from, to),
            "torch.to("
                + x
                + ", torch.device(\""
                + device
                + "\"), "
                + Literals.dtype(to)
                + ", False, "
                + copy
                + ")");
      }
    }
    method(methods, TO_HOST, "torch.contiguous(torch.cpu(a[0]))");
    this.module = torch.load(methods.toString());
  }

  private static void method(StringBuilder to, String name, String expression) {
    to.append("  def ")
        .append(name)
        .append("(self: __torch__.M, a: List[Tensor]) -> List[Tensor]:\n    return [")
        .append(expression)
        .append("]\n");
  }

  private static String name(DType from, DType to) {
    return "from_" + from + "_to_" + to;
  }

  /** A tensor of its own on the device; integers to floats and the like as PyTorch converts. */
  NativeTensor toDevice(HostTensor value, DType dtype) {
    HostTensor direct = Hosts.direct(value);
    try (NativeTensor wrapped = torch.wrap(direct)) {
      return module.run(name(value.dtype(), dtype), List.of(List.of(wrapped))).get(0);
    } finally {
      java.lang.ref.Reference.reachabilityFence(direct);
    }
  }

  /** A contiguous tensor on the CPU; may share the argument's memory. */
  NativeTensor toHost(NativeTensor value) {
    return module.run(TO_HOST, List.of(List.of(value))).get(0);
  }

  @Override
  public void close() {
    module.close();
  }
}
