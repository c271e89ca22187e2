package dev.graft.experiments.world;

import dev.graft.api.ops.Noise;

/**
 * Which of two disjoint sets a thing belongs to. It follows from what the thing is, not from the
 * order of drawing, so nothing that is held out can be trained on, whatever is generated.
 */
public enum Split {
  TRAIN,
  HELD_OUT;

  /** About one thing in so many is held out. */
  private static final int ONE_IN = 8;

  /** The set of the thing that a text identifies. */
  static Split of(long seed, String identity) {
    return Noise.bits(seed, 0, 0, Noise.site(identity), 0) % ONE_IN == 0 ? HELD_OUT : TRAIN;
  }
}
