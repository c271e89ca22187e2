package dev.graft.engine.djl;

import dev.graft.api.ops.AdamW;
import dev.graft.api.tensor.Node;
import dev.graft.api.tensor.Op;
import dev.graft.api.tensor.Tensor;

/** AdamW, in place on parameters and their state. */
final class AdamWUpdate {
  /** Elements that are done at a time where every operation is an operator of its own. */
  private static final long PIECE = 1 << 18;

  /**
   * A call of PyTorch's fused update, which goes through memory once. It knows the step, not the
   * corrections; at a step as late as this they are 1, and what they do is in its other arguments.
   */
  private static final String FUSED =
      "torch._fused_adamw_(%s, [%s], [%s], [%s], annotate(List[Tensor], []), [%s], lr=%s,"
          + " beta1=%s, beta2=%s, weight_decay=%s, eps=%s, amsgrad=False, maximize=False)";

  static final String LATE = "torch.full([], 1.0e30, dtype=6)";

  private final Script s;
  private final Storage storage;
  private final boolean fused;

  AdamWUpdate(Script script, Storage storage, boolean fused) {
    this.s = script;
    this.storage = storage;
    this.fused = fused;
  }

  static String fused(
      AdamW op,
      String p,
      String g,
      String m,
      String v,
      String step,
      String lr,
      String decay,
      String eps) {
    return FUSED.formatted(
        p, g, m, v, step, lr, Literals.number(op.beta1()), Literals.number(op.beta2()), decay, eps);
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
    String correction = number(n, 5);
    String rate = s.let("torch.div(" + lr + ", " + correction + ")");
    String root = s.let("torch.pow(" + number(n, 6) + ", 0.5)");
    String decay = Literals.number(op.weightDecay());
    if (fused) {
      // lr/c₁ · m/(√v/√c₂ + ε) = √c₂·lr/c₁ · m/(√v + ε√c₂); lr·λ = (√c₂·lr/c₁)·(λ·c₁/√c₂).
      String fusedRate = s.let("torch.mul(" + rate + ", " + root + ")");
      String scale = "torch.div(" + correction + ", " + root + ")";
      String fusedDecay = s.let("torch.mul(" + decay + ", " + scale + ")");
      String eps = s.let("torch.mul(" + root + ", " + Literals.number(op.eps()) + ")");
      String step = s.once("a late step", () -> s.let(LATE));
      String dense = s.let("torch.contiguous(" + g + ")");
      String parameter = s.let("[" + state[0] + "]");
      s.change(
          parameter,
          fused(op, parameter, dense, state[1], state[2], step, fusedRate, fusedDecay, eps));
      return;
    }
    String kept = s.let("torch.sub(1., torch.mul(" + lr + ", " + decay + "))");
    String down = s.let("torch.neg(" + rate + ")");
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
