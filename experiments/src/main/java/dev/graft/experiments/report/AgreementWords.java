package dev.graft.experiments.report;

import dev.graft.experiments.claims.EngineAgreement;
import dev.graft.experiments.claims.EngineAgreement.CurvePair;
import dev.graft.experiments.claims.EngineAgreement.MeasurePairs;
import dev.graft.experiments.claims.Interval;
import dev.graft.experiments.results.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Whether engines say the same, in words. */
final class AgreementWords {
  /** How it is judged. */
  static final String RULE =
      "Compared are runs of the same levels and seed. A measure agrees when the 95 % interval of"
          + " the difference contains 0, or lies within a hundredth of the smallest effect that a"
          + " verdict claims, and is narrower than that effect.";

  private AgreementWords() {}

  /**
   * One thing that is compared.
   *
   * @param compared what
   * @param difference between the engines
   * @param allowed how much of it
   */
  record Line(String compared, String difference, String allowed, boolean holds) {}

  /** The answer. */
  static String sentence(EngineAgreement agreement) {
    String engines = Words.engine(agreement.first()) + " and " + Words.engine(agreement.second());
    if (agreement.curves().isEmpty()) {
      return "No run has finished on both " + engines + ", so nothing is compared.";
    }
    return engines
        + (agreement.holds() ? " agree" : " do not agree in everything")
        + ", by "
        + Numbers.of(agreement.curves().size(), "pair")
        + " of runs.";
  }

  /** What is compared: training losses, and every measure. */
  static List<Line> lines(EngineAgreement agreement) {
    List<Line> out = new ArrayList<>();
    out.add(curves(agreement));
    agreement.measures().forEach(m -> out.add(measure(m)));
    return out;
  }

  private static Line curves(EngineAgreement agreement) {
    long held = agreement.curves().stream().filter(CurvePair::holds).count();
    String worst = agreement.worst().map(AgreementWords::worst).orElse("");
    return new Line(
        "training loss of the first " + EngineAgreement.STEPS + " steps, relative",
        held + " of " + Numbers.of(agreement.curves().size(), "pair") + " within" + worst,
        tiny(EngineAgreement.TOLERANCE),
        held == agreement.curves().size());
  }

  private static String worst(CurvePair pair) {
    String where = Words.levels(pair.levels()) + ", seed " + pair.seed();
    return pair.steps() == 0 || pair.unmatched() > 0
        ? "; steps without a counterpart in " + where
        : "; largest " + tiny(pair.largest()) + " at step " + pair.step() + " of " + where;
  }

  private static Line measure(MeasurePairs pairs) {
    Unit unit = pairs.measure().unit();
    String points = unit == Unit.SHARE ? " points" : " nats";
    String difference =
        pairs
            .interval()
            .map(i -> interval(unit, i) + points + ", " + Numbers.of(i.n(), "seed"))
            .orElse("one seed gives no interval");
    return new Line(
        pairs.measure().label(),
        difference,
        Numbers.plain(unit, pairs.smallestEffect()) + points,
        pairs.holds());
  }

  private static String interval(Unit unit, Interval i) {
    return number(unit, i.mean())
        + " ("
        + number(unit, i.low())
        + " to "
        + number(unit, i.high())
        + ")";
  }

  private static String number(Unit unit, double value) {
    double shown = Numbers.shown(unit, value);
    return shown != 0 && Math.abs(shown) < 1e-4
        ? tiny(shown)
        : Numbers.fixed(shown, unit == Unit.SHARE ? 2 : 5);
  }

  private static String tiny(double value) {
    return String.format(Locale.ROOT, "%.1e", value);
  }
}
