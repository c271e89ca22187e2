package dev.graft.experiments.report;

import dev.graft.experiments.claims.Comparison;
import dev.graft.experiments.claims.Limit;
import dev.graft.experiments.claims.Outcome;
import dev.graft.experiments.claims.Verdict;
import dev.graft.experiments.results.StudyResults;
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
    Map<String, List<Comparison>> alike =
        verdicts.stream()
            .flatMap(v -> v.comparisons().stream())
            .collect(Collectors.groupingBy(VerdictCards::axis));
    Markup engines = Markup.of("div", "engines");
    for (Verdict v : verdicts) {
      Markup part = Markup.of("div");
      Markup head = Markup.of("p").add(badge(v.outcome()));
      if (results.engines().size() > 1) {
        head.add(Markup.of("span", "engine").text(" on " + Words.engine(v.engine())));
      }
      part.add(head).add(Markup.of("p", "sentence").text(v.sentence()));
      engines.add(part.add(comparisons(v, alike)));
    }
    return card.add(engines);
  }

  private static Markup comparisons(Verdict verdict, Map<String, List<Comparison>> alike) {
    Markup out = Markup.of("div", "comparisons");
    for (Comparison c : verdict.comparisons()) {
      Markup figure =
          Markup.of("figure")
              .add(
                  Markup.of("figcaption")
                      .add(Markup.of("strong").text(c.label()))
                      .add(Markup.of("br"))
                      .text(said(c)));
      if (IntervalPlot.drawable(c)) {
        Scale scale = IntervalPlot.scale(alike.getOrDefault(axis(c), List.of(c)));
        figure.add(IntervalPlot.svg(c, scale));
      }
      out.add(figure);
    }
    return out;
  }

  /** Comparisons with the same axis are drawn over the same range. */
  private static String axis(Comparison c) {
    return c.measure() + " " + c.scale();
  }

  private static String said(Comparison c) {
    return Words.capital(c.measure())
        + ": "
        + c.scale().amount(c.interval().mean())
        + ", 95 % from "
        + c.scale().number(c.interval().low())
        + " to "
        + c.scale().number(c.interval().high())
        + ", "
        + Numbers.of(c.interval().n(), "pair")
        + ". Claimed: "
        + (c.limit() == Limit.MORE_THAN ? "more than " : "at most ")
        + c.scale().threshold(c.threshold())
        + ".";
  }
}
