package dev.graft.experiments.claims;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A weighted sum of levels, such as "full minus LoRA" (1, -1) or "the gap in code minus the gap in
 * maths" (1, -1, -1, 1). Its terms name the same factors; over all others it is averaged.
 */
record Contrast(List<Term> terms) {
  /** A weight and the levels of the runs that it weighs. */
  record Term(double weight, Map<String, String> levels) {
    boolean names(String factor) {
      return levels.containsKey(factor);
    }

    /** Such as "method lora-r8, task code". */
    String describe() {
      return new TreeMap<>(levels)
          .entrySet().stream()
              .map(e -> e.getKey() + " " + e.getValue())
              .collect(Collectors.joining(", "));
    }
  }

  Contrast {
    terms = List.copyOf(terms);
  }

  /** The mean of some levels of a factor. */
  static Contrast of(String factor, List<String> levels) {
    double weight = 1.0 / levels.size();
    return new Contrast(
        levels.stream().map(level -> new Term(weight, Map.of(factor, level))).toList());
  }

  static Contrast of(String factor, String level) {
    return of(factor, List.of(level));
  }

  Contrast minus(Contrast other) {
    Stream<Term> negative = other.terms.stream().map(t -> new Term(-t.weight, t.levels));
    return new Contrast(Stream.concat(terms.stream(), negative).toList());
  }

  /** The same where another factor has this level. */
  Contrast at(String factor, String level) {
    List<Term> there = new ArrayList<>();
    for (Term term : terms) {
      Map<String, String> levels = new TreeMap<>(term.levels);
      levels.put(factor, level);
      there.add(new Term(term.weight, levels));
    }
    return new Contrast(there);
  }

  Set<String> factors() {
    return terms.stream()
        .flatMap(t -> t.levels.keySet().stream())
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }
}
