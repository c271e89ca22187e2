package dev.graft.experiments.results;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An example as a run trains on it: which of its text carries loss.
 *
 * @param pieces in the order of the text; neighbours differ in weight
 */
public record MaskedText(List<Piece> pieces) {
  /** Text whose tokens carry loss with the same weight, from 0 for none to 1. */
  public record Piece(String text, float weight) {}

  public MaskedText {
    List<Piece> joined = new ArrayList<>();
    for (Piece p : pieces) {
      int last = joined.size() - 1;
      if (last >= 0 && joined.get(last).weight() == p.weight()) {
        joined.set(last, new Piece(joined.get(last).text() + p.text(), p.weight()));
      } else {
        joined.add(p);
      }
    }
    pieces = List.copyOf(joined);
  }

  /** The whole text. */
  public String text() {
    return pieces.stream().map(Piece::text).collect(Collectors.joining());
  }
}
