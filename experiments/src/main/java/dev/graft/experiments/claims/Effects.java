package dev.graft.experiments.claims;

import dev.graft.experiments.results.Unit;

/**
 * The smallest effects worth claiming. A claim that two things differ asks for more than these, and
 * a claim that one is no worse allows this much.
 */
final class Effects {
  /**
   * Of a mean loss: 0.01 nats, one percent of the perplexity. Another seed or learning rate gives
   * as much, so nobody would choose a method for less.
   */
  static final double LOSS = 0.01;

  /**
   * Of a share: two points of a hundred. It is the smallest gap that <a
   * href="https://arxiv.org/abs/2405.09673">LoRA Learns Less and Forgets Less</a> speaks of (0.642
   * of GSM8K for full fine-tuning, 0.622 for LoRA), and <a
   * href="https://arxiv.org/abs/2602.04998">about as much as separates LoRA's variants</a> once
   * each has its best learning rate.
   */
  static final double SHARE = 0.02;

  private Effects() {}

  static double of(Unit unit) {
    return switch (unit) {
      case NATS -> LOSS;
      case SHARE -> SHARE;
    };
  }
}
