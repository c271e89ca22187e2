package dev.graft.experiments.claims;

/** What a study says of a claim. */
public enum Outcome {
  /** The interval lies wholly on the claim's side of its threshold. */
  REPRODUCED,
  /** The interval lies wholly on the other side. */
  NOT_REPRODUCED,
  /** The threshold is inside of the interval. */
  UNDECIDED,
  /** The runs that the claim compares are not there, or fewer than two pairs of them. */
  NOT_TESTED
}
