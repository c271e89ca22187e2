package dev.graft.experiments.results;

/** What a measure counts in. */
public enum Unit {
  /** Mean negative log-likelihood of a token, in nats; its exponential is the perplexity. */
  NATS,
  /** A share from 0 to 1, shown as percent. */
  SHARE
}
