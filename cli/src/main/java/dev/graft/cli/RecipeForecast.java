package dev.graft.cli;

import dev.graft.api.backend.Backend;
import dev.graft.api.masking.Role;
import dev.graft.training.data.DataStatistics;
import dev.graft.training.model.GemmSpeed;
import dev.graft.training.plugins.Plugins;
import dev.graft.training.recipe.Recipe;
import dev.graft.training.run.Preflight;
import dev.graft.training.run.PreparedRun;
import dev.graft.training.run.Trainer;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What training by a recipe would take, from its data and the traced graphs; nothing is trained.
 *
 * @param trainedShare the part of the training tokens that carries loss
 * @param sharesByRole the part of the training tokens that each role has
 * @param paddingShare the part of the rows that is padding
 * @param variableBytes weights, trainables and the optimizer's state
 * @param peakBytes the most that intermediate values of a step take, if none is freed early
 * @param gflopsPerStep 10⁹ floating-point operations of a full step
 * @param gflops the measured speed of linear layers; 0 when not measured
 * @param secondsPerEpoch all operations at that speed; 0 when not measured
 */
record RecipeForecast(
    long examples,
    long tokens,
    long trainedTokens,
    double trainedShare,
    Map<String, Double> sharesByRole,
    double paddingShare,
    int steps,
    int stepsPerEpoch,
    long variableBytes,
    long peakBytes,
    double gflopsPerStep,
    double gflops,
    double secondsPerEpoch) {

  /** Prepares the run, and measures its engine if asked to; adds what a person should see. */
  static RecipeForecast of(Plugins plugins, Recipe recipe, boolean measure, Table table) {
    PreparedRun run = new Trainer(plugins).prepare(recipe);
    TrainingReport.summary(table, run);
    try (Backend backend = run.openBackend()) {
      Preflight p = Preflight.of(run, backend.capabilities().fused());
      double gflops =
          measure ? GemmSpeed.measure(backend, run.recipe().precision().dtype()).gflops() : 0;
      RecipeForecast forecast = of(run, p, gflops);
      forecast.addTo(table);
      return forecast;
    }
  }

  private static RecipeForecast of(PreparedRun run, Preflight p, double gflops) {
    DataStatistics d = p.data();
    Map<String, Double> roles = new LinkedHashMap<>();
    double all = d.tokensByRole().values().stream().mapToDouble(Long::doubleValue).sum();
    for (Role role : Role.values()) {
      long n = d.tokensByRole().getOrDefault(role, 0L);
      if (n > 0) {
        roles.put(role.name().toLowerCase(Locale.ROOT), n / all);
      }
    }
    int stepsPerEpoch = run.plan().stepsPerEpoch();
    return new RecipeForecast(
        d.used(),
        d.tokens(),
        d.trainedTokens(),
        Text.ratio(d.trainedTokens(), d.tokens()),
        roles,
        p.plan().paddingShare(),
        p.steps(),
        stepsPerEpoch,
        p.variableBytes(),
        p.peakBytes(),
        p.flopsPerStep() / 1e9,
        gflops,
        gflops == 0 ? 0 : stepsPerEpoch * p.flopsPerStep() / 1e9 / gflops);
  }

  private void addTo(Table table) {
    table.row(
        "tokens",
        String.join(
            ", ",
            sharesByRole.entrySet().stream()
                .map(e -> e.getKey() + " " + Text.percent(e.getValue()))
                .toList()));
    table.row(
        "memory",
        Text.bytes(variableBytes)
            + " for weights and state, up to "
            + Text.bytes(peakBytes)
            + " for a step, beside the JVM and native libraries");
    table.row(
        "work",
        String.format(Locale.ROOT, "%.3g", gflopsPerStep)
            + " GFLOP a step"
            + (gflops == 0
                ? ""
                : String.format(
                    Locale.ROOT,
                    "; at %.0f GFLOP/s, the speed of large linear layers, at least %s an epoch",
                    gflops,
                    Text.duration(secondsPerEpoch))));
  }
}
