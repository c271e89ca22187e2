package dev.graft.experiments.claims;

import dev.graft.experiments.results.Curve;
import dev.graft.experiments.results.Direction;
import dev.graft.experiments.results.Factor;
import dev.graft.experiments.results.MeasureInfo;
import dev.graft.experiments.results.Point;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.RunStatus;
import dev.graft.experiments.results.StudyInfo;
import dev.graft.experiments.results.StudyResults;
import dev.graft.experiments.results.Unit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/** Studies made up for tests: what every run gives is a function of its levels. */
final class Synthetic {
  static final String ENGINE = "one";

  /**
   * What a run of these levels gives, by measure; {@code ninety} is the step at which it reaches 90
   * %.
   */
  interface World {
    Map<String, Double> values(Map<String, String> levels);
  }

  private final String study;
  private final World world;
  private final Map<String, List<String>> factors = new LinkedHashMap<>();
  private List<String> engines = List.of(ENGINE);
  private int seeds = 5;
  private double noise;
  private String scope = "default";

  Synthetic(String study, World world) {
    this.study = study;
    this.world = world;
    switch (study) {
      case "masking" ->
          factor("mask", "none,special-tokens,response-only,boilerplate,weighted")
              .factor("prompts", "short,balanced,long")
              .factor("size", "small,large");
      case "learn-forget" ->
          factor("method", "full,lora-r4,lora-r16,lora-r64,dora,mora")
              .factor("domain", "maths,code")
              .factor("regime", "instruction,continued")
              .factor("epochs", "few,many");
      case "memorize" -> factor("method", "full,lora-r8,lora-large,dora-r8,mora-r8,mora-large");
      case "adapters" ->
          factor("method", "full,lora,rslora,lora-plus,relora,dora,mora-sharing,mora-rotation")
              .factor("task", "instruction,maths,continued");
      default -> throw new IllegalArgumentException(study);
    }
  }

  Synthetic factor(String name, String levels) {
    factors.put(name, List.of(levels.split(",")));
    return this;
  }

  Synthetic without(String factor, String level) {
    List<String> rest = new ArrayList<>(factors.getOrDefault(factor, List.of()));
    rest.remove(level);
    factors.put(factor, rest);
    return this;
  }

  Synthetic engines(String... names) {
    engines = List.of(names);
    return this;
  }

  Synthetic seeds(int n) {
    seeds = n;
    return this;
  }

  Synthetic scope(String name) {
    scope = name;
    return this;
  }

  /** About the standard deviation of what each run's values are off by. */
  Synthetic noise(double deviation) {
    noise = deviation;
    return this;
  }

  StudyResults results() {
    List<Map<String, String>> cells = List.of(Map.of());
    for (Map.Entry<String, List<String>> factor : factors.entrySet()) {
      List<Map<String, String>> more = new ArrayList<>();
      for (Map<String, String> cell : cells) {
        for (String level : factor.getValue()) {
          Map<String, String> next = new LinkedHashMap<>(cell);
          next.put(factor.getKey(), level);
          more.add(next);
        }
      }
      cells = more;
    }
    List<RunResult> runs = new ArrayList<>();
    for (String engine : engines) {
      for (Map<String, String> cell : cells) {
        for (long seed = 1; seed <= seeds; seed++) {
          runs.add(run(cell, engine, seed));
        }
      }
    }
    return new StudyResults(
        new StudyInfo(study, "", "", List.of(), List.of(), List.of(), scope, "", "", Map.of()),
        factors.entrySet().stream().map(f -> new Factor(f.getKey(), f.getValue())).toList(),
        measures(study),
        runs);
  }

  private RunResult run(Map<String, String> levels, String engine, long seed) {
    Map<String, Double> after = new LinkedHashMap<>();
    Map<String, Double> before = new LinkedHashMap<>();
    world
        .values(levels)
        .forEach(
            (name, value) -> {
              after.put(name, value + noise * off(List.of(levels, engine, name), seed));
              before.put(name, 0.5);
            });
    List<Curve> curves = new ArrayList<>();
    Double ninety = after.remove("ninety");
    if (ninety != null) {
      after.put("characters", level(900, ninety));
      curves.add(
          new Curve(
              "characters",
              IntStream.rangeClosed(0, 18)
                  .mapToObj(i -> new Point(50 * i, level(50 * i, ninety)))
                  .toList()));
    }
    return new RunResult(
        levels,
        engine,
        seed,
        RunStatus.FINISHED,
        Optional.empty(),
        before,
        after,
        curves,
        Optional.empty(),
        "");
  }

  /** Random, but 0 on average over the seeds, so that a mean over them is what the world gives. */
  private double off(Object of, long seed) {
    double[] draws = new Random(of.hashCode()).doubles(seeds, -2, 2).toArray();
    return draws[(int) seed - 1] - Arrays.stream(draws).average().orElse(0);
  }

  /** At chance, then straight up over 200 steps, so that 90 % is reached at a step. */
  private static double level(int step, double ninety) {
    double start = ninety - 0.8 * 200 / 0.9;
    return Math.max(0.1, Math.min(1, 0.1 + (step - start) / 200 * 0.9));
  }

  static RunResult with(
      RunResult run, RunStatus status, Map<String, Double> after, List<Curve> curves) {
    return new RunResult(
        run.levels(),
        run.engine(),
        run.seed(),
        status,
        Optional.empty(),
        run.before(),
        after,
        curves,
        Optional.empty(),
        "");
  }

  private static List<MeasureInfo> measures(String study) {
    return switch (study) {
      case "masking" ->
          List.of(nats("response_loss"), share("exact_match"), nats("train_response_loss"));
      case "learn-forget" ->
          List.of(
              share("target_accuracy"),
              nats("target_loss"),
              nats("target_train_loss"),
              nats("source_loss"),
              share("facts"),
              share("narratives"));
      case "memorize" -> List.of(share("characters"));
      default -> List.of(nats("loss"), share("accuracy"));
    };
  }

  private static MeasureInfo nats(String name) {
    return new MeasureInfo(name, name.replace('_', ' '), Direction.LOWER, Unit.NATS);
  }

  private static MeasureInfo share(String name) {
    return new MeasureInfo(name, name.replace('_', ' '), Direction.HIGHER, Unit.SHARE);
  }
}
