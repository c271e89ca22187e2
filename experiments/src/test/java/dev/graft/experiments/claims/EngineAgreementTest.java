package dev.graft.experiments.claims;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.graft.experiments.claims.EngineAgreement.CurvePair;
import dev.graft.experiments.claims.EngineAgreement.MeasurePairs;
import dev.graft.experiments.results.Curve;
import dev.graft.experiments.results.Point;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.RunStatus;
import dev.graft.experiments.results.StudyResults;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EngineAgreementTest {
  private static final double[] SIGNS = {1, -1, 0.5, -0.5, 0};

  @Test
  void holdsWhereEnginesAgree() {
    EngineAgreement agreement = between((run, step) -> 5e-5, run -> scatter(run, 0.001), 150);

    assertThat(agreement.holds()).isTrue();
    assertThat(agreement.curves()).hasSize(6 * 5).allMatch(CurvePair::holds);
    CurvePair worst = agreement.worst().orElseThrow();
    assertThat(worst.steps()).isEqualTo(100);
    assertThat(worst.largest()).isCloseTo(5e-5, within(1e-8));
    MeasurePairs measure = agreement.measures().get(0);
    assertThat(measure.differences()).hasSize(5);
    assertThat(measure.smallestEffect()).isEqualTo(0.02);
  }

  /** Of one run's step 70 only, and then of a step that is past the first hundred. */
  @Test
  void findsTheCurveThatDeparts() {
    EngineAgreement early =
        between((run, step) -> odd(run) && step == 70 ? 2e-4 : 0.0, run -> 0.0, 150);
    EngineAgreement late =
        between((run, step) -> odd(run) && step == 101 ? 2e-4 : 0.0, run -> 0.0, 150);

    CurvePair worst = early.worst().orElseThrow();
    assertThat(worst.levels()).containsEntry("method", "mora-r8");
    assertThat(worst.seed()).isEqualTo(3);
    assertThat(worst.step()).isEqualTo(70);
    assertThat(worst.holds()).isFalse();
    assertThat(early.holds()).isFalse();
    assertThat(late.holds()).isTrue();
  }

  @Test
  void doesNotHoldWhereLossesAreMissingOrNoNumbers() {
    assertThat(between((run, step) -> Double.NaN, run -> 0.0, 150).holds()).isFalse();
    EngineAgreement shorter = between((run, step) -> 0.0, run -> 0.0, 90);
    assertThat(shorter.worst().orElseThrow().unmatched()).isEqualTo(10);
    assertThat(shorter.holds()).isFalse();
    assertThat(between((run, step) -> 0.0, run -> 0.0, 0).holds()).isFalse();
  }

  /** A difference that is always there, also one far below an effect, and one that scatters. */
  @ParameterizedTest
  @CsvSource({
    "0.000, 0.0, true, true",
    "0.001, 0.0, false, true",
    "0.0001, 0.0, true, true",
    "0.050, 0.0, false, false",
    "0.050, 0.1, true, false"
  })
  void judgesMeasures(double shift, double scatter, boolean zero, boolean narrow) {
    double unlike = shift == 0.05 && scatter == 0 ? 0.03 : 0;
    MeasurePairs measure =
        between((run, step) -> 0.0, run -> shift + scatter(run, scatter + unlike), 150)
            .measures()
            .get(0);

    assertThat(measure.containsZero()).isEqualTo(zero);
    assertThat(measure.narrow()).isEqualTo(narrow);
    assertThat(measure.holds()).isEqualTo(zero && narrow);
  }

  @Test
  void doesNotHoldWithoutPairs() {
    StudyResults results = new Synthetic("memorize", l -> Map.of("characters", 1.0)).results();

    EngineAgreement agreement = EngineAgreement.between(results, Synthetic.ENGINE, "two");

    assertThat(agreement.holds()).isFalse();
    assertThat(agreement.worst()).isEmpty();
    assertThat(agreement.measures()).isEmpty();
  }

  private static boolean odd(RunResult run) {
    return run.seed() == 3 && run.levels().containsValue("mora-r8");
  }

  private static double scatter(RunResult run, double size) {
    return size * SIGNS[(int) run.seed() - 1];
  }

  /**
   * Two engines, of which the second's losses are off by a share and its measure by an amount.
   *
   * @param steps of the second engine's curves
   */
  private static EngineAgreement between(
      BiFunction<RunResult, Integer, Double> loss, ToDoubleFunction<RunResult> measure, int steps) {
    StudyResults results =
        new Synthetic("memorize", l -> Map.of("characters", 0.5)).engines("one", "two").results();
    List<RunResult> runs =
        results.runs().stream()
            .map(
                run -> {
                  boolean two = run.engine().equals("two");
                  double value = 0.5 + (two ? measure.applyAsDouble(run) : 0);
                  IntToDoubleFunction at =
                      step -> (2 - 0.01 * step) * (1 + (two ? loss.apply(run, step) : 0));
                  return Synthetic.with(
                      run,
                      RunStatus.FINISHED,
                      Map.of("characters", value),
                      List.of(
                          new Curve(
                              "loss",
                              IntStream.rangeClosed(1, two ? steps : 150)
                                  .mapToObj(s -> new Point(s, at.applyAsDouble(s)))
                                  .toList())));
                })
            .toList();
    return EngineAgreement.between(
        new StudyResults(results.info(), results.factors(), results.measures(), runs),
        "one",
        "two");
  }
}
