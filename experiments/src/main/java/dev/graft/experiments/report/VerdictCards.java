package dev.graft.experiments.report;

import dev.graft.experiments.claims.Comparison;
import dev.graft.experiments.claims.Outcome;
import dev.graft.experiments.claims.Verdict;
import dev.graft.experiments.results.MeasureInfo;
import dev.graft.experiments.results.StudyResults;
import dev.graft.experiments.results.Unit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The answer: every claim with what the study says of it. */
final class VerdictCards {
  private final StudyResults results;

  private VerdictCards(StudyResults results) {
    this.results = results;
  }

  static Markup of(StudyResults results, List<Verdict> verdicts) {
    VerdictCards cards = new VerdictCards(results);
    Markup out = Markup.of("div", "verdicts");
    Map<String, List<Verdict>> byClaim = new LinkedHashMap<>();
    verdicts.forEach(v -> byClaim.computeIfAbsent(v.claim(), k -> new ArrayList<>()).add(v));
    byClaim.values().forEach(v -> out.add(cards.card(v)));
    return out;
  }

  /** "Of 5 claims 3 are reproduced, 1 is not, 1 is undecided", for an engine. */
  static String count(List<Verdict> verdicts) {
    String parts =
        Stream.of(Outcome.values())
            .map(o -> Map.entry(o, verdicts.stream().filter(v -> v.outcome() == o).count()))
            .filter(e -> e.getValue() > 0)
            .map(e -> e.getValue() + " " + Words.outcome(e.getKey()).toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));
    return Numbers.of(verdicts.size(), "claim") + ": " + parts;
  }

  static Markup badge(Outcome outcome) {
    String sign =
        switch (outcome) {
          case REPRODUCED -> "✓";
          case NOT_REPRODUCED -> "✗";
          case UNDECIDED -> "?";
          case NOT_TESTED -> "–";
        };
    return Markup.of("span", "outcome " + outcome.name().toLowerCase(Locale.ROOT).replace('_', '-'))
        .text(sign + " " + Words.outcome(outcome));
  }

  private Markup card(List<Verdict> verdicts) {
    Verdict first = verdicts.get(0);
    Markup card =
        Markup.of("article", "card")
            .with("id", first.claim())
            .add(
                Markup.of("h3")
                    .add(Markup.of("code").text(first.claim()))
                    .text(" " + first.statement()));
    Markup engines = Markup.of("div", "engines");
    for (Verdict v : verdicts) {
      Markup part = Markup.of("div");
      Markup head = Markup.of("p").add(badge(v.outcome()));
      if (results.engines().size() > 1) {
        head.add(Markup.of("span", "engine").text(" on " + Words.engine(v.engine())));
      }
      part.add(head).add(Markup.of("p", "sentence").text(v.sentence()));
      engines.add(part.add(comparisons(v)));
    }
    return card.add(engines);
  }

  private Markup comparisons(Verdict verdict) {
    Map<String, Scale> scales = new LinkedHashMap<>();
    verdict.comparisons().stream()
        .collect(
            Collectors.groupingBy(Comparison::measure, LinkedHashMap::new, Collectors.toList()))
        .forEach((m, c) -> scales.put(m, IntervalPlot.scale(c, factor(m))));
    Markup out = Markup.of("div", "comparisons");
    for (Comparison c : verdict.comparisons()) {
      Markup figure = Markup.of("figure");
      figure.add(
          Markup.of("figcaption")
              .add(Markup.of("strong").text(Words.capital(c.label())))
              .add(Markup.of("br"))
              .text(said(c)));
      Scale scale = scales.get(c.measure());
      if (scale != null && IntervalPlot.drawable(c)) {
        figure.add(IntervalPlot.svg(c, scale, factor(c.measure()), axis(c.measure())));
      }
      out.add(figure);
    }
    return out;
  }

  private String said(Comparison c) {
    double f = factor(c.measure());
    int decimals = f == 1 ? 3 : 1;
    String unit = f == 1 ? "" : " points";
    return c.measure()
        + ": mean "
        + Numbers.fixed(f * c.interval().mean(), decimals)
        + unit
        + ", 95 % interval "
        + Numbers.fixed(f * c.interval().low(), decimals)
        + " to "
        + Numbers.fixed(f * c.interval().high(), decimals)
        + ", "
        + Numbers.of(c.interval().n(), "pair")
        + "; threshold "
        + Numbers.fixed(f * c.threshold(), decimals);
  }

  private String axis(String measure) {
    return "difference in " + measure + (factor(measure) == 1 ? "" : " (points)");
  }

  /** Shares are shown as percentage points. */
  private double factor(String measure) {
    return results.measures().stream()
            .filter(m -> m.label().equals(measure) || m.name().equals(measure))
            .map(MeasureInfo::unit)
            .anyMatch(u -> u == Unit.SHARE)
        ? 100
        : 1;
  }
}
