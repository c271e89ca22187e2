package dev.graft.experiments.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.graft.experiments.claims.Claims;
import dev.graft.experiments.claims.Outcome;
import dev.graft.experiments.results.Curve;
import dev.graft.experiments.results.Point;
import dev.graft.experiments.results.RunCost;
import dev.graft.experiments.results.RunResult;
import dev.graft.experiments.results.RunStatus;
import dev.graft.experiments.results.StudyInfo;
import dev.graft.experiments.results.StudyResults;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The studies that come with Graft can be planned in all of their scopes. */
final class BundledStudiesTest {
  private static final Path STUDIES = Studies.BASE.resolveSibling("");
  private static final List<String> NAMES =
      List.of("adapters", "learn-forget", "masking", "memorize");
  private static final List<String> ENGINES = List.of("djl-pytorch", "tensorflow");

  @TempDir Path folder;

  @Test
  void everyTierHasTheFourStudies() throws IOException {
    for (String tier : List.of("", "smollm2")) {
      try (Stream<Path> files = Files.list(STUDIES.resolve(tier))) {
        assertThat(files.map(f -> String.valueOf(f.getFileName())))
            .contains(NAMES.stream().map(n -> n + ".yaml").toArray(String[]::new));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "adapters",
        "learn-forget",
        "masking",
        "memorize",
        "smollm2/adapters",
        "smollm2/learn-forget",
        "smollm2/masking",
        "smollm2/memorize"
      })
  void isPlannedInEveryScopeAndAsASweep(String name) throws IOException {
    Path path = STUDIES.resolve(name + ".yaml");
    StudyFile file = StudyFile.read(path, List.of(), variables(path));
    assertThat(name).endsWith(file.name());
    try (StudyFolder out = StudyFolder.open(folder.resolve("out"))) {
      Path world = file.spec().world().map(out::world).orElse(folder);
      Digests digests = new Digests();
      for (String scope : file.scopes()) {
        StudyPlan plan = StudyPlan.of(file, file.scope(scope), ENGINES, world, folder, digests);
        assertThat(plan.runs()).extracting(PlannedRun::id).doesNotHaveDuplicates();
        if (scope.equals(StudyInfo.AGREEMENT)) {
          assertThat(pairs(plan, ENGINES.get(0))).isEqualTo(pairs(plan, ENGINES.get(1)));
        } else if (name.equals(file.name()) && !scope.equals("quick")) {
          assertThat(plan.runs()).extracting(PlannedRun::engine).containsAll(ENGINES);
          everyClaimHasItsRuns(file, plan);
        }
      }
      Tune tune = file.spec().tune().orElseThrow();
      StudyPlan sweep = StudyPlan.sweep(file, tune, ENGINES, world, folder, digests);
      assertThat(sweep.measures()).extracting("name").contains(tune.select());
    }
  }

  private static List<String> pairs(StudyPlan plan, String engine) {
    return plan.runs().stream()
        .filter(r -> r.engine().equals(engine))
        .map(r -> r.levels() + " seed " + r.seed())
        .toList();
  }

  /** With a value of every measure in every run no claim lacks anything. */
  private static void everyClaimHasItsRuns(StudyFile file, StudyPlan plan) {
    List<RunResult> runs = new ArrayList<>();
    for (PlannedRun run : plan.runs()) {
      Map<String, Double> values =
          run.measures().keySet().stream().collect(Collectors.toMap(n -> n, n -> 0.5));
      runs.add(
          new RunResult(
              run.levels(),
              run.engine(),
              run.seed(),
              RunStatus.FINISHED,
              Optional.empty(),
              values,
              values,
              curves(values),
              Optional.of(new RunCost(1, 10, 1, 1, 1, Optional.empty())),
              run.id()));
    }
    StudyInfo info =
        new StudyInfo(file.name(), "", "", List.of(), List.of(), List.of(), "", "", "", Map.of());
    StudyResults results = new StudyResults(info, plan.factors(), plan.measures(), runs);
    assertThat(Claims.of(file.name()))
        .isNotEmpty()
        .allSatisfy(
            c ->
                assertThat(c.judge(results, ENGINES.get(0)))
                    .satisfies(v -> assertThat(v.outcome()).isNotEqualTo(Outcome.NOT_TESTED)));
  }

  private static List<Curve> curves(Map<String, Double> values) {
    return values.entrySet().stream()
        .map(
            e ->
                new Curve(
                    e.getKey(), List.of(new Point(5, e.getValue()), new Point(10, e.getValue()))))
        .toList();
  }

  /** Files of one row, and the base model, for whatever a study wants to be told. */
  private List<String> variables(Path path) {
    List<String> out = new ArrayList<>();
    StudyFile.read(path, List.of(), List.of())
        .spec()
        .vars()
        .forEach(
            (name, value) -> {
              Path file = folder.resolve(name + ".jsonl");
              try {
                Files.writeString(file, "{}\n");
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
              out.add(name + "=" + (name.equals("model") ? Studies.BASE : file));
            });
    return out;
  }
}
