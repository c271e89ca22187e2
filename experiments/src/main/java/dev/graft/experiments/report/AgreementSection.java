package dev.graft.experiments.report;

import dev.graft.experiments.claims.EngineAgreement;
import dev.graft.experiments.claims.EngineAgreement.CurvePair;
import dev.graft.experiments.claims.EngineAgreement.MeasurePairs;
import dev.graft.experiments.claims.Interval;
import dev.graft.experiments.results.Unit;
import java.util.List;
import java.util.Locale;

/** Whether the engines say the same. */
final class AgreementSection {
  private AgreementSection() {}

  /** What is shown of the agreement of two engines. */
  static Markup of(EngineAgreement agreement) {
    Markup out = Markup.of("div");
    String engines = Words.engine(agreement.first()) + " and " + Words.engine(agreement.second());
    if (agreement.curves().isEmpty()) {
      return out.add(
          Markup.of("p")
              .text("No run has finished on both " + engines + ", so nothing is compared."));
    }
    out.add(
        Markup.of("p")
            .add(
                Markup.of("strong")
                    .text(
                        engines
                            + (agreement.holds() ? " agree" : " do not agree in everything")
                            + "."))
            .text(
                " Compared are "
                    + Numbers.of(agreement.curves().size(), "pair")
                    + " of runs with the same levels and seed. A measure agrees when the 95 %"
                    + " interval of the difference contains 0 and is narrower than the smallest"
                    + " effect that a verdict claims."));
    Markup head = Markup.of("tr");
    for (String title : List.of("compared", "difference", "allowed", "agrees")) {
      head.add(Markup.of("th").with("scope", "col").text(title));
    }
    Markup body = Markup.of("tbody");
    body.add(curves(agreement));
    agreement.measures().forEach(m -> body.add(measure(m)));
    return out.add(
        Markup.of("div", "scroll")
            .with("tabindex", "0")
            .add(Markup.of("table").add(Markup.of("thead").add(head)).add(body)));
  }

  private static Markup curves(EngineAgreement agreement) {
    long held = agreement.curves().stream().filter(CurvePair::holds).count();
    String worst =
        agreement
            .worst()
            .map(
                w ->
                    w.steps() == 0 || w.unmatched() > 0
                        ? "; steps without a counterpart in "
                            + Words.levels(w.levels())
                            + ", seed "
                            + w.seed()
                        : "; largest "
                            + tiny(w.largest())
                            + " at step "
                            + w.step()
                            + " of "
                            + Words.levels(w.levels())
                            + ", seed "
                            + w.seed())
            .orElse("");
    return row(
        "training loss of the first " + EngineAgreement.STEPS + " steps, relative",
        held + " of " + Numbers.of(agreement.curves().size(), "pair") + " within" + worst,
        tiny(EngineAgreement.TOLERANCE),
        held == agreement.curves().size());
  }

  private static Markup measure(MeasurePairs pairs) {
    Unit unit = pairs.measure().unit();
    String points = unit == Unit.SHARE ? " points" : " nats";
    String difference =
        pairs
            .interval()
            .map(i -> interval(unit, i) + ", " + Numbers.of(i.n(), "seed"))
            .orElse("one seed gives no interval");
    return row(
        pairs.measure().label(),
        difference,
        "contains 0, narrower than " + Numbers.plain(unit, pairs.smallestEffect()) + points,
        pairs.holds());
  }

  private static String interval(Unit unit, Interval i) {
    int decimals = unit == Unit.SHARE ? 2 : 5;
    return Numbers.fixed(Numbers.shown(unit, i.mean()), decimals)
        + " ("
        + Numbers.fixed(Numbers.shown(unit, i.low()), decimals)
        + " to "
        + Numbers.fixed(Numbers.shown(unit, i.high()), decimals)
        + ")";
  }

  private static Markup row(String compared, String figure, String allowed, boolean holds) {
    return Markup.of("tr")
        .add(Markup.of("th").with("scope", "row").text(compared))
        .add(Markup.of("td", "words").text(figure))
        .add(Markup.of("td").text(allowed))
        .add(
            Markup.of("td")
                .add(
                    Markup.of("span", "outcome " + (holds ? "reproduced" : "not-reproduced"))
                        .text(holds ? "✓ yes" : "✗ no")));
  }

  private static String tiny(double value) {
    return String.format(Locale.ROOT, "%.1e", value);
  }
}
