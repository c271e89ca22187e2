package dev.graft.experiments.claims;

import java.util.List;

/**
 * What a study says of a claim on an engine.
 *
 * @param claim its id, such as {@code mask.1}
 * @param statement what it says
 * @param engine the backend's name
 * @param sentence the outcome in one sentence with figures and interval
 * @param comparisons what the outcome rests on; the first decides unless the sentence says
 *     otherwise
 */
public record Verdict(
    String claim,
    String statement,
    String engine,
    Outcome outcome,
    String sentence,
    List<Comparison> comparisons) {
  public Verdict {
    comparisons = List.copyOf(comparisons);
  }
}
