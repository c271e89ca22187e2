package dev.graft.engine.djl;

import dev.graft.api.ops.AdamW;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Op;
import dev.graft.api.tensor.Tensor;

/**
 * AdamW, in place on parameters and their state, by the operations of its definition one after the
 * other: PyTorch's fused operator rounds otherwise, which other engines do not follow.
 */
final class AdamWUpdate {
  /** Elements that are done at a time, so that they stay in the processor's cache. */
  private static final long PIECE = 1 << 18;

  private final Script s;
  private final Storage storage;

  AdamWUpdate(Script script, Storage storage) {
    this.s = script;
    this.storage = storage;
  }

  void lower(Node n, AdamW op) {
    String[] state = new String[3];
    for (int i = 0; i < 3; i++) {
      Tensor t = n.inputs().get(i);
      // Variables are contiguous, so that views of them can be written through.
      if (t.node().op() instanceof Op.Variable && storage.mayOverwrite(n, t)) {
        storage.overwrite(t, n.output(i));
        state[i] = s.of(t);
      } else {
        state[i] = s.let("torch.clone(" + s.of(t) + ", memory_format=0)");
      }
      s.bind(n.output(i), state[i]);
    }
    String g = s.of(n.inputs().get(3));
    String lr = number(n, 4);
    String down = s.let("torch.neg(torch.div(" + lr + ", " + number(n, 5) + "))");
    String root = s.let("torch.pow(" + number(n, 6) + ", 0.5)");
    String kept =
        s.let("torch.sub(1., torch.mul(" + lr + ", " + Literals.number(op.weightDecay()) + "))");
    long size = n.types().get(0).shape().size();
    if (size <= PIECE) {
      piece(op, state[0], state[1], state[2], g, kept, down, root);
      return;
    }
    String[] flat = new String[4];
    for (int i = 0; i < 4; i++) {
      flat[i] = s.let("torch.reshape(" + (i == 3 ? g : state[i]) + ", [-1])");
    }
    String piece = s.loop((size + PIECE - 1) / PIECE);
    String from = s.let("torch.mul(" + piece + ", " + PIECE + ")");
    String to = s.let("torch.add(" + from + ", " + PIECE + ")");
    for (int i = 0; i < 4; i++) {
      flat[i] = s.let("torch.slice(" + flat[i] + ", 0, " + from + ", " + to + ", 1)");
    }
    piece(op, flat[0], flat[1], flat[2], flat[3], kept, down, root);
    s.end();
  }

  /** A scalar as a number. */
  private String number(Node n, int operand) {
    return s.let("float(" + s.of(n.inputs().get(operand)) + ")");
  }

  private void piece(
      AdamW op, String p, String m, String v, String g, String kept, String rate, String root) {
    String beta1 = Literals.number(op.beta1());
    String rest1 = Literals.number(1 - op.beta1());
    s.let("torch.add_(torch.mul_(" + m + ", " + beta1 + "), " + g + ", alpha=" + rest1 + ")");
    String beta2 = Literals.number(op.beta2());
    String rest2 = Literals.number(1 - op.beta2());
    String decayed = "torch.mul_(" + v + ", " + beta2 + ")";
    s.let("torch.addcmul_(" + decayed + ", " + g + ", " + g + ", value=" + rest2 + ")");
    String scaled = "torch.div_(torch.sqrt(" + v + "), " + root + ")";
    String denominator = s.let("torch.add_(" + scaled + ", " + Literals.number(op.eps()) + ")");
    if (op.weightDecay() != 0) {
      s.let("torch.mul_(" + p + ", " + kept + ")");
    }
    s.let("torch.addcdiv_(" + p + ", " + m + ", " + denominator + ", value=" + rate + ")");
  }
}
