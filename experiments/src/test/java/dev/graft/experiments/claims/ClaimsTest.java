package dev.graft.experiments.claims;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.graft.experiments.claims.Synthetic.World;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.RunStatus;
import dev.graft.experiments.results.StudyResults;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ClaimsTest {
  /**
   * A claim, and a world in which its deciding differences are {@code e} thresholds on the claim's
   * side: above 1 a claim of "more than" is true, above -1 one of "at most".
   *
   * @param edge the {@code e} at which the claim becomes true
   * @param needs a level without which it cannot be tested
   */
  private record Case(String id, double edge, String needs, DoubleFunction<World> world) {
    String study() {
      return switch (id.substring(0, id.indexOf('.'))) {
        case "mask" -> "masking";
        case "forget" -> "learn-forget";
        case "mem" -> "memorize";
        default -> "adapters";
      };
    }

    Synthetic synthetic(double e) {
      return new Synthetic(study(), world.apply(e));
    }

    Verdict judge(StudyResults results) {
      return Claims.of(study()).stream()
          .filter(c -> c.id().equals(id))
          .findFirst()
          .orElseThrow()
          .judge(results, Synthetic.ENGINE);
    }

    @Override
    public String toString() {
      return id;
    }
  }

  private static List<Case> cases() {
    double loss = 0.01;
    double share = 0.02;
    return List.of(
        new Case(
            "mask.1",
            -1,
            "mask response-only",
            e -> l -> Map.of("response_loss", 1 - (is(l, "none") ? e * loss : 0))),
        new Case(
            "mask.2",
            1,
            "prompts long,prompts balanced",
            e -> l -> Map.of("response_loss", 1 - (is(l, "none", "long") ? e * loss : 0))),
        new Case(
            "mask.3",
            1,
            "size large",
            e -> l -> Map.of("response_loss", 1 - (is(l, "none", "small") ? e * loss : 0))),
        new Case(
            "mask.4",
            1,
            "mask none,mask special-tokens",
            e ->
                l ->
                    Map.of(
                        "response_loss",
                        1 - (is(l, "none") ? e * loss : 0),
                        "train_response_loss",
                        1 + (is(l, "none") ? e * loss : 0))),
        new Case(
            "mask.5",
            -1,
            "mask boilerplate",
            e -> l -> Map.of("response_loss", 1 - (is(l, "boilerplate") ? e * loss : 0))),
        new Case(
            "forget.1",
            1,
            "method full",
            e -> l -> Map.of("target_accuracy", 0.5 + (is(l, "full") ? e * share : 0))),
        new Case(
            "forget.2",
            1,
            "regime continued",
            e ->
                l -> Map.of("target_accuracy", 0.5 + (is(l, "full", "continued") ? e * share : 0))),
        new Case(
            "forget.3",
            1,
            "domain code",
            e -> l -> Map.of("target_accuracy", 0.5 + (is(l, "full", "code") ? e * share : 0))),
        new Case(
            "forget.4",
            1,
            "method full",
            e -> l -> Map.of("source_loss", 1 + (is(l, "full") ? e * loss : 0))),
        new Case(
            "forget.5",
            1,
            "domain maths",
            e -> l -> Map.of("source_loss", 1 + (is(l, "full", "code") ? e * loss : 0))),
        new Case(
            "forget.6",
            1,
            "epochs many",
            e ->
                l ->
                    Map.of(
                        "target_loss",
                        1 + (is(l, "full", "many") ? e * loss / 2 : 0),
                        "target_train_loss",
                        1 - (is(l, "full", "many") ? e * loss / 2 : 0))),
        // Straight up from chance to 90 % at step 828, a run of 900 steps has a mean of 0.25.
        new Case(
            "mem.1",
            1,
            "method mora-r8",
            e -> l -> Map.of("ninety", is(l, "lora-r8") ? 798 + 30 * e : 350.0)),
        new Case(
            "mem.2",
            1,
            "method mora-large",
            e -> l -> Map.of("ninety", is(l, "lora-large") ? 500 + 45 * e : 500.0)),
        new Case(
            "mem.3",
            1,
            "method full",
            e -> l -> Map.of("ninety", is(l, "full") ? 500 - 45 * e : 500.0)),
        new Case(
            "adapters.1",
            1,
            "task continued",
            e ->
                l ->
                    Map.of(
                        "loss",
                        1 - e * loss * (is(l, "full") ? 2 : is(l, "mora-rotation") ? 1 : 0))),
        new Case("adapters.2", 1, "task maths", e -> behind(e * share, 3 * loss)),
        new Case("adapters.2", 1, "task instruction", e -> behind(3 * share, e * loss)),
        new Case(
            "adapters.3",
            -1,
            "method dora",
            e -> l -> Map.of("loss", 1 - (is(l, "lora") ? e * loss : 0))));
  }

  private static World behind(double accuracy, double loss) {
    return l ->
        Map.of(
            "accuracy",
            0.5 - (is(l, "mora-rotation") ? accuracy : 0),
            "loss",
            1 + (is(l, "mora-rotation") ? loss : 0));
  }

  private static boolean is(Map<String, String> levels, String... wanted) {
    return levels.values().containsAll(List.of(wanted));
  }

  @Test
  void everyClaimIsTestedHere() {
    List<String> ids =
        Stream.of("masking", "learn-forget", "memorize", "adapters")
            .flatMap(s -> Claims.of(s).stream())
            .map(Claim::id)
            .toList();

    assertThat(ids).isEqualTo(cases().stream().map(Case::id).distinct().toList()).hasSize(17);
    assertThat(Claims.of("other")).isEmpty();
  }

  static Stream<Arguments> outcomes() {
    return cases().stream()
        .flatMap(
            c ->
                Stream.of(
                    Arguments.of(c, c.edge + 2, 0.0, Outcome.REPRODUCED),
                    Arguments.of(c, c.edge + 2, 0.001, Outcome.REPRODUCED),
                    Arguments.of(c, c.edge - 2, 0.0, Outcome.NOT_REPRODUCED),
                    Arguments.of(c, c.edge - 2, 0.001, Outcome.NOT_REPRODUCED),
                    Arguments.of(c, c.edge, 0.01, Outcome.UNDECIDED)));
  }

  @ParameterizedTest
  @MethodSource("outcomes")
  void judges(Case claim, double e, double noise, Outcome outcome) {
    // Steps are a few hundred where losses are about one.
    double scaled = claim.study().equals("memorize") ? 2000 * noise : noise;

    Verdict verdict = claim.judge(claim.synthetic(e).noise(scaled).results());

    assertThat(verdict.outcome()).as(verdict.sentence()).isEqualTo(outcome);
    assertThat(verdict.claim()).isEqualTo(claim.id());
    assertThat(verdict.engine()).isEqualTo(Synthetic.ENGINE);
    assertThat(verdict.comparisons())
        .isNotEmpty()
        .allSatisfy(
            c -> {
              assertThat(c.differences()).hasSize(5);
              assertThat(c.interval().n()).isEqualTo(5);
            });
    assertThat(verdict.sentence())
        .endsWith(".")
        .doesNotContain("%s", "  ", "%%")
        .contains(
            "5 seeds", ": " + outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ') + ";");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isNotTestedWithoutItsRuns(Case claim) {
    Synthetic synthetic = claim.synthetic(claim.edge + 2);
    String[] last = new String[1];
    for (String need : claim.needs.split(",", -1)) {
      last = need.split(" ", -1);
      synthetic.without(last[0], last[1]);
    }
    String missing = claim.needs.split(",", -1)[0];

    Verdict verdict = claim.judge(synthetic.results());

    assertThat(verdict.outcome()).isEqualTo(Outcome.NOT_TESTED);
    assertThat(verdict.sentence())
        .startsWith("Not tested: the study has no runs of")
        .contains(missing, "on one; a larger scope may have them.");
    assertThat(claim.judge(synthetic.scope("full").results()).sentence())
        .doesNotContain("full scope");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isNotTestedWithOneSeed(Case claim) {
    Verdict verdict = claim.judge(claim.synthetic(claim.edge + 2).seeds(1).results());

    assertThat(verdict.outcome()).isEqualTo(Outcome.NOT_TESTED);
    assertThat(verdict.comparisons()).isEmpty();
    assertThat(verdict.sentence()).contains("only one seed has all of the runs");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void isNotTestedWithoutItsMeasure(Case claim) {
    Verdict verdict =
        claim.judge(new Synthetic(claim.study(), l -> Map.of("another", 1.0)).results());

    assertThat(verdict.outcome()).isEqualTo(Outcome.NOT_TESTED);
    assertThat(verdict.sentence()).startsWith("Not tested: its runs do not have the ");
  }

  /** What one part says is not enough: each half of a claim can refute it. */
  @Test
  void refutesAClaimByOneOfItsParts() {
    for (String wrong : List.of("response_loss", "train_response_loss")) {
      Verdict verdict =
          judge(
              "mask.4",
              new Synthetic(
                  "masking",
                  l -> {
                    Map<String, Double> values = new HashMap<>();
                    values.put("response_loss", is(l, "none") ? 0.9 : 1.0);
                    values.put("train_response_loss", is(l, "none") ? 1.1 : 1.0);
                    values.put(wrong, 1.0);
                    return values;
                  }));
      assertThat(verdict.outcome()).isEqualTo(Outcome.NOT_REPRODUCED);
      assertThat(verdict.sentence())
          .contains("1 of the first 2 comparisons holds, and all have to");
    }
    for (String rival : List.of("lora", "rslora", "lora-plus", "relora", "dora", "full")) {
      Verdict verdict =
          judge(
              "adapters.1",
              new Synthetic(
                  "adapters",
                  l -> {
                    double loss = is(l, "full") ? 0.8 : is(l, "mora-rotation") ? 0.9 : 1.0;
                    return Map.of("loss", is(l, rival) ? 0.9 : loss);
                  }));
      assertThat(verdict.outcome()).as(rival).isEqualTo(Outcome.NOT_REPRODUCED);
      assertThat(verdict.sentence()).contains("5 of the first 6 comparisons hold");
    }
    // A long way behind is not "a little".
    assertThat(judge("adapters.2", new Synthetic("adapters", behind(0.2, 0.03))).outcome())
        .isEqualTo(Outcome.NOT_REPRODUCED);
    assertThat(judge("adapters.2", new Synthetic("adapters", behind(0.05, 0.06))).outcome())
        .isEqualTo(Outcome.NOT_REPRODUCED);
  }

  @Test
  void saysItInOneSentence() {
    Verdict verdict =
        judge(
            "mask.1",
            new Synthetic("masking", l -> Map.of("response_loss", is(l, "none") ? 1.031 : 1.0)));

    assertThat(verdict.sentence())
        .isEqualTo(
            "Without a mask the held-out response loss is 0.031 nats higher than with"
                + " response-only (95 % from 0.031 to 0.031, 5 seeds): not reproduced; the claim"
                + " allows 0.01 nats.");
    assertThat(verdict.comparisons().get(0).interval().mean()).isCloseTo(0.031, within(1e-12));
  }

  @Test
  void turnsTheIntervalAsTheWordsAre() {
    StudyResults results =
        new Synthetic("masking", l -> Map.of("response_loss", is(l, "none") ? 0.97 : 1.0))
            .noise(0.004)
            .results();
    Verdict verdict = Claims.of("masking").get(0).judge(results, Synthetic.ENGINE);
    Interval interval = verdict.comparisons().get(0).interval();

    assertThat(verdict.sentence())
        .contains(
            String.format(
                Locale.ROOT,
                "%.3f nats lower than with response-only (95 %% from %.3f to %.3f, 5 seeds)",
                -interval.mean(),
                -interval.high(),
                -interval.low()));
  }

  /**
   * Both sides are averaged over the same cells, or a cell's own level would pass for an effect.
   */
  @Test
  void averagesBothSidesOverTheSameCells() {
    StudyResults all =
        new Synthetic(
                "masking",
                l -> Map.of("response_loss", (is(l, "long") ? 9.0 : 1.0) + (is(l, "none") ? 0 : 1)))
            .results();
    List<RunResult> lessRuns =
        all.runs().stream().filter(r -> !is(r.levels(), "none", "long")).toList();
    List<RunResult> failed =
        all.runs().stream()
            .map(
                r ->
                    r.seed() == 2 && is(r.levels(), "none", "long", "small")
                        ? Synthetic.with(r, RunStatus.FAILED, Map.of(), List.of())
                        : r)
            .toList();

    Comparison less = first(with(all, lessRuns));
    Comparison oneFailed = first(with(all, failed));

    assertThat(less.differences().values()).hasSize(5).containsOnly(-1.0);
    assertThat(oneFailed.differences()).containsOnlyKeys(1L, 3L, 4L, 5L);
    assertThat(oneFailed.differences().values()).containsOnly(-1.0);
  }

  @Test
  void namesFailedAndUnfinishedRuns() {
    StudyResults all = new Synthetic("masking", l -> Map.of("response_loss", 1.0)).results();
    List<RunResult> runs = new ArrayList<>();
    for (RunResult run : all.runs()) {
      boolean one = is(run.levels(), "none", "long", "small");
      RunStatus status =
          one && run.seed() < 3
              ? RunStatus.FAILED
              : one && run.seed() < 6 ? RunStatus.MISSING : RunStatus.FINISHED;
      runs.add(Synthetic.with(run, status, run.after(), List.of()));
    }

    Verdict verdict = Claims.of("masking").get(0).judge(with(all, runs), Synthetic.ENGINE);

    assertThat(verdict.sentence())
        .isEqualTo(
            "Not tested: no seed has all of the runs that are compared, and an interval needs two"
                + " (2 of them failed, 3 have not finished).");
  }

  @Test
  void takesTheLevelsThatThereAre() {
    World world =
        l ->
            Map.of(
                "target_accuracy",
                is(l, "full") ? 0.9 : is(l, "lora-r4") ? 0.5 : is(l, "lora-r64") ? 0.7 : 0.8);

    assertThat(difference("forget.1", new Synthetic("learn-forget", world)))
        .isCloseTo(0.1, within(1e-12));
    assertThat(
            difference(
                "forget.1", new Synthetic("learn-forget", world).without("method", "lora-r16")))
        .isCloseTo(0.3, within(1e-12));
    assertThat(
            difference(
                "forget.1", new Synthetic("learn-forget", world).factor("method", "full,lora-r8")))
        .isCloseTo(0.1, within(1e-12));
    assertThat(
            judge(
                    "mask.1",
                    new Synthetic(
                            "masking",
                            l -> Map.of("response_loss", is(l, "special-tokens") ? 0.5 : 1.0))
                        .without("mask", "none"))
                .sentence())
        .startsWith(
            "With only special tokens masked the held-out response loss is 0.500 nats lower");
    assertThat(
            judge(
                    "adapters.1",
                    new Synthetic("adapters", l -> Map.of("loss", 1.0)).without("method", "relora"))
                .sentence())
        .endsWith("; not compared: relora.");
  }

  @Test
  void countsARunThatNeverReachesNinetyPercentAsLaterThanItsLastStep() {
    World never = l -> Map.of("ninety", is(l, "lora-large") ? 5000.0 : 400.0);
    Verdict late = judge("mem.2", new Synthetic("memorize", never));

    assertThat(late.comparisons().get(1).differences().values()).containsOnly(950.0 - 400.0);
    assertThat(late.outcome()).isEqualTo(Outcome.NOT_REPRODUCED);
    assertThat(late.sentence())
        .endsWith(
            "; runs that never reach 90 % (5 of 5 of lora-large) count as reaching it one"
                + " measurement after their last.");

    Verdict both = judge("mem.3", new Synthetic("memorize", l -> Map.of("ninety", 5000.0)));
    assertThat(both.outcome()).isEqualTo(Outcome.NOT_REPRODUCED);
    assertThat(both.comparisons()).allSatisfy(c -> assertThat(c.interval().mean()).isZero());
  }

  /** A higher loss and fewer facts than before are both forgetting, and LoRA has less of it. */
  @Test
  void measuresForgettingAgainstTheBaseModel() {
    Verdict verdict =
        judge(
            "forget.4",
            new Synthetic(
                "learn-forget",
                l ->
                    Map.of(
                        "source_loss", is(l, "full") ? 0.9 : 0.6,
                        "facts", is(l, "full") ? 0.1 : 0.4,
                        "narratives", is(l, "full") ? 0.3 : 0.2)));

    assertThat(verdict.outcome()).isEqualTo(Outcome.REPRODUCED);
    assertThat(verdict.comparisons())
        .extracting(c -> Math.round(c.interval().mean() * 100))
        .containsExactly(30L, 30L, -10L);
    assertThat(verdict.comparisons())
        .extracting(Comparison::measure)
        .containsExactly(
            "growth of the source loss", "decline of the facts", "decline of the narratives");
  }

  /** The agreement of engines is measured by these effects. */
  @ParameterizedTest
  @MethodSource("cases")
  void claimsNothingBelowTheSmallestEffect(Case claim) {
    StudyResults results = claim.synthetic(1).results();

    for (Comparison comparison : claim.judge(results).comparisons()) {
      double smallest =
          results.measures().stream()
              .filter(m -> comparison.measure().endsWith(m.label()))
              .mapToDouble(m -> Effects.of(m.unit()))
              .findFirst()
              .orElse(Effects.LOSS);
      assertThat(comparison.threshold()).isGreaterThanOrEqualTo(smallest);
    }
  }

  private static Verdict judge(String id, Synthetic synthetic) {
    Case claim = cases().stream().filter(c -> c.id.equals(id)).findFirst().orElseThrow();
    return claim.judge(synthetic.results());
  }

  private static double difference(String id, Synthetic synthetic) {
    return judge(id, synthetic).comparisons().get(0).interval().mean();
  }

  private static Comparison first(StudyResults results) {
    return Claims.of("masking").get(0).judge(results, Synthetic.ENGINE).comparisons().get(0);
  }

  private static StudyResults with(StudyResults results, List<RunResult> runs) {
    return new StudyResults(results.info(), results.factors(), results.measures(), runs);
  }
}
