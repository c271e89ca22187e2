package dev.graft.experiments.report;

import dev.graft.experiments.claims.Comparison;
import dev.graft.experiments.claims.EngineAgreement;
import dev.graft.experiments.claims.Interval;
import dev.graft.experiments.claims.Limit;
import dev.graft.experiments.claims.Outcome;
import dev.graft.experiments.claims.Scale;
import dev.graft.experiments.claims.Verdict;
import dev.graft.experiments.results.Curve;
import dev.graft.experiments.results.Direction;
import dev.graft.experiments.results.Factor;
import dev.graft.experiments.results.MeasureInfo;
import dev.graft.experiments.results.Point;
import dev.graft.experiments.results.Published;
import dev.graft.experiments.results.RunCost;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.RunStatus;
import dev.graft.experiments.results.StudyInfo;
import dev.graft.experiments.results.StudyResults;
import dev.graft.experiments.results.Unit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/** Made-up results in the shape of the four studies; the numbers mean nothing. */
final class StudyFixture {
  static final List<String> ENGINES = List.of("djl-pytorch", "tensorflow");
  private static final int SEEDS = 5;
  static final int STEPS = 120;

  private StudyFixture() {}

  static StudyResults masking() {
    return results(
        info(
            "masking",
            "Which tokens should carry loss?",
            "Does a model answer better when it is trained on the responses alone, or when it also"
                + " learns from the instructions?",
            "mask.1"),
        List.of(
            new Factor(
                "mask",
                List.of("none", "special-tokens", "response-only", "boilerplate", "weighted")),
            new Factor("prompts", List.of("short", "balanced", "long")),
            new Factor("size", List.of("small", "large"))),
        List.of(
            nats("response_loss", "held-out response loss"),
            share("exact_match", "exact match"),
            nats("train_response_loss", "response loss on trained rows")));
  }

  static StudyResults learnForget() {
    return results(
        info(
            "learn-forget",
            "Does LoRA learn less and forget less?",
            "What is learned of a target domain, and what is forgotten of the source domain?",
            "forget.1"),
        List.of(
            new Factor(
                "method", List.of("full", "lora-r4", "lora-r16", "lora-r64", "dora", "mora")),
            new Factor("domain", List.of("maths", "code")),
            new Factor("regime", List.of("instruction", "continued")),
            new Factor("epochs", List.of("many"))),
        List.of(
            share("target_accuracy", "accuracy on the target"),
            nats("target_loss", "held-out loss on the target"),
            nats("target_train_loss", "loss on trained rows"),
            nats("source_loss", "loss on source texts"),
            share("facts", "facts known"),
            share("narratives", "narratives completed")));
  }

  static StudyResults memorize() {
    return results(
        info(
            "memorize",
            "Can an adapter store new facts?",
            "How many digits of random identifiers does each method memorise with equal budgets?",
            "mem.1"),
        List.of(
            new Factor(
                "method",
                List.of("full", "lora-r8", "lora-large", "dora-r8", "mora-r8", "mora-large"))),
        List.of(share("characters", "characters right")));
  }

  static StudyResults adapters() {
    return results(
        info(
            "adapters",
            "The article's table of methods",
            "Which method is best for instructions, maths and continued pretraining?",
            "adapters.1"),
        List.of(
            new Factor(
                "method",
                List.of(
                    "full",
                    "lora",
                    "rslora",
                    "lora-plus",
                    "relora",
                    "dora",
                    "mora-sharing",
                    "mora-rotation")),
            new Factor("task", List.of("instruction", "maths", "continued"))),
        List.of(nats("loss", "held-out loss"), share("accuracy", "accuracy")));
  }

  static List<StudyResults> all() {
    return List.of(masking(), learnForget(), memorize(), adapters());
  }

  /** Every outcome, on both engines. */
  static List<Verdict> verdicts(StudyResults results) {
    String claim = results.info().published().get(0).claim();
    String stem = claim.substring(0, claim.indexOf('.'));
    MeasureInfo measure = results.measures().get(0);
    List<Verdict> out = new ArrayList<>();
    Outcome[] outcomes = Outcome.values();
    for (int i = 0; i < outcomes.length; i++) {
      for (String engine : ENGINES) {
        out.add(verdict(stem + "." + (i + 1), outcomes[i], engine, measure));
      }
    }
    return out;
  }

  private static Verdict verdict(
      String claim, Outcome outcome, String engine, MeasureInfo measure) {
    double mean =
        switch (outcome) {
          case REPRODUCED -> 0.061;
          case NOT_REPRODUCED -> -0.043;
          default -> 0.004;
        };
    List<Comparison> comparisons = new ArrayList<>();
    if (outcome != Outcome.NOT_TESTED) {
      for (String where : List.of("long prompts, few rows", "short prompts, many rows")) {
        SortedMap<Long, Double> differences = new TreeMap<>();
        for (long seed = 1; seed <= SEEDS; seed++) {
          differences.put(seed, mean + 0.006 * (seed - 3));
        }
        comparisons.add(
            new Comparison(
                "no mask minus response-only, " + where,
                measure.label(),
                differences,
                new Interval(mean, mean - 0.0118, mean + 0.0118, SEEDS),
                0.01,
                claim.endsWith("3") ? Limit.AT_MOST : Limit.MORE_THAN,
                measure.unit() == Unit.SHARE ? Scale.POINTS : Scale.NATS));
      }
    }
    return new Verdict(
        claim,
        "Loss on the instruction too is at least as good as loss on the response alone",
        engine,
        outcome,
        "On "
            + engine
            + " the difference of "
            + claim
            + " is "
            + mean
            + " (95 % from "
            + (mean - 0.0118)
            + " to "
            + (mean + 0.0118)
            + "), "
            + "which is what decides <here> & now.",
        comparisons);
  }

  static Optional<String> manifest(RunResult run) {
    if (run.status() != RunStatus.FINISHED) {
      return Optional.empty();
    }
    return Optional.of(
        """
        {
          "graft" : { "version" : "0.1.0", "commit" : "0123abc" },
          "created" : "2026-11-25T10:00:00Z",
          "seed" : %d,
          "recipe" : {
            "base_model" : "base",
            "adapter" : { "type" : "lora", "r" : 8, "alpha" : 16, "target_modules" : "all-linear" },
            "backend" : { "type" : "%s", "dtype" : "fp32" },
            "optimizer" : { "type" : "adamw" },
            "micro_batch_size" : 4, "gradient_accumulation_steps" : 2, "learning_rate" : 0.001
          },
          "data" : [ { "file" : "rows<1>.jsonl", "bytes" : 10, "sha256" : "ab" } ]
        }
        """
            .formatted(run.seed(), run.engine()));
  }

  private static MeasureInfo nats(String name, String label) {
    return new MeasureInfo(name, label, Direction.LOWER, Unit.NATS);
  }

  private static MeasureInfo share(String name, String label) {
    return new MeasureInfo(name, label, Direction.HIGHER, Unit.SHARE);
  }

  private static StudyInfo info(String name, String title, String question, String claim) {
    Map<String, String> machine = new LinkedHashMap<>();
    machine.put("processor", "A processor at 2.8 GHz");
    machine.put("cores", "2");
    machine.put("system", "Linux 6.1 amd64");
    machine.put("java", "OpenJDK 17.0.15");
    return new StudyInfo(
        name,
        title,
        question,
        List.of(
            "The base model has four million parameters and was trained on generated texts about"
                + " invented people and places.",
            "Every method has the learning rate that was best for it in a sweep, and the same number"
                + " of steps."),
        List.of("LoRA does not update the embeddings; full fine-tuning does."),
        List.of(
            new Published(
                claim,
                "Llama-2-7B, about 0.4 against 0.5 after 2 epochs; read off a plot.",
                "arXiv 2405.14394")),
        "default",
        "./graft study run " + name + " --engine both --seeds 5",
        "2026-11-25T10:00:00Z",
        machine);
  }

  private static StudyResults results(
      StudyInfo info, List<Factor> factors, List<MeasureInfo> measures) {
    List<RunResult> runs = new ArrayList<>();
    List<Map<String, String>> combinations = combinations(factors);
    for (String engine : ENGINES) {
      for (Map<String, String> levels : combinations) {
        for (long seed = 1; seed <= SEEDS; seed++) {
          runs.add(run(info.name(), levels, engine, seed, measures));
        }
      }
    }
    runs.set(3, unfinished(runs.get(3), RunStatus.FAILED));
    runs.set(runs.size() - 1, unfinished(runs.get(runs.size() - 1), RunStatus.MISSING));
    return new StudyResults(info, factors, measures, runs);
  }

  private static RunResult unfinished(RunResult run, RunStatus status) {
    Optional<String> error =
        status == RunStatus.FAILED
            ? Optional.of(
                "loss.not-finite: expected a finite loss, received NaN at step 12 <script>")
            : Optional.empty();
    return new RunResult(
        run.levels(),
        run.engine(),
        run.seed(),
        status,
        error,
        status == RunStatus.FAILED ? run.before() : Map.of(),
        Map.of(),
        status == RunStatus.FAILED
            ? List.of(new Curve("loss", List.of(new Point(1, 2.5), new Point(2, Double.NaN))))
            : List.of(),
        Optional.empty(),
        run.folder());
  }

  private static List<Map<String, String>> combinations(List<Factor> factors) {
    List<Map<String, String>> out = List.of(Map.of());
    for (Factor f : factors) {
      List<Map<String, String>> next = new ArrayList<>();
      for (Map<String, String> m : out) {
        for (String level : f.levels()) {
          Map<String, String> with = new LinkedHashMap<>(m);
          with.put(f.name(), level);
          next.add(with);
        }
      }
      out = next;
    }
    return out;
  }

  private static RunResult run(
      String study,
      Map<String, String> levels,
      String engine,
      long seed,
      List<MeasureInfo> measures) {
    Random levelNoise = new Random(levels.toString().hashCode());
    Random noise = new Random(31 * seed + levels.toString().hashCode());
    double skill = 0.35 + 0.4 * levelNoise.nextDouble();
    double forgets = 0.9 * levelNoise.nextDouble();
    Map<String, Double> before = new LinkedHashMap<>();
    Map<String, Double> after = new LinkedHashMap<>();
    for (MeasureInfo m : measures) {
      if (m.name().equals("accuracy") && "continued".equals(levels.get("task"))) {
        continue;
      }
      double jitter = 0.02 * noise.nextGaussian();
      boolean source = List.of("source_loss", "facts", "narratives").contains(m.name());
      if (m.unit() == Unit.SHARE) {
        before.put(m.name(), source ? 0.95 : 0.02);
        after.put(m.name(), Math.max(0, source ? 0.95 - 0.5 * forgets + jitter : skill + jitter));
      } else {
        before.put(m.name(), source ? 1.1 : 2.9);
        after.put(m.name(), source ? 1.1 + forgets + jitter : 1.9 - 1.5 * skill + jitter);
      }
    }
    int steps = STEPS;
    List<Curve> curves = new ArrayList<>();
    List<Point> loss = new ArrayList<>();
    for (int s = 1; s <= steps; s++) {
      loss.add(new Point(s, fall(s, steps, skill) + 0.08 * noise.nextGaussian()));
    }
    curves.add(new Curve("loss", loss));
    List<Point> evaluations = new ArrayList<>();
    List<Point> characters = new ArrayList<>();
    for (int s = 0; s <= steps; s += STEPS / 10) {
      evaluations.add(new Point(s, fall(s, steps, skill) + 0.1 + 0.02 * noise.nextGaussian()));
      double late = 1 / (1 + Math.exp(-(s - 1.6 * STEPS * (0.9 - skill)) / (0.06 * STEPS)));
      characters.add(new Point(s, Math.min(1, 0.0977 + 0.9 * late + 0.01 * noise.nextDouble())));
    }
    curves.add(new Curve("eval_loss", evaluations));
    if (study.equals("memorize")) {
      curves.add(new Curve("characters", characters));
    }
    long parameters =
        "full".equals(levels.get("method")) ? 4_212_736 : 36_864 + 512 * levelNoise.nextInt(200);
    RunCost cost =
        new RunCost(
            parameters,
            steps,
            491_520,
            120_000,
            20 + 15 * levelNoise.nextDouble() + noise.nextDouble(),
            seed % 2 == 0 ? Optional.of(812L << 20) : Optional.empty());
    String folder = String.join("-", levels.values()) + "-" + engine + "-" + seed;
    return new RunResult(
        levels,
        engine,
        seed,
        RunStatus.FINISHED,
        Optional.empty(),
        before,
        after,
        curves,
        Optional.of(cost),
        folder);
  }

  private static double fall(int step, int steps, double skill) {
    return 1.9 - 1.5 * skill + (1 + 1.5 * skill) * Math.exp(-5.0 * step / steps);
  }

  static StudyReport report(StudyResults results) {
    return new StudyReport(
        results,
        verdicts(results),
        List.of(EngineAgreement.between(results, ENGINES.get(0), ENGINES.get(1))),
        StudyFixture::manifest);
  }
}
