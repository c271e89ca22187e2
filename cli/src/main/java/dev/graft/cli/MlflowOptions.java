package dev.graft.cli;

import dev.graft.training.tracking.TrackingServer;
import dev.graft.training.tracking.TrackingService;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which MLflow server follows a run, if any. */
final class MlflowOptions {
  @Option(
      names = "--mlflow",
      paramLabel = "URI",
      description =
          "Send metrics and recipe to the MLflow server at this address. Default: the variable"
              + " MLFLOW_TRACKING_URI, if set.")
  Optional<String> uri = Optional.empty();

  @Option(
      names = "--mlflow-experiment",
      paramLabel = "NAME",
      description =
          "The experiment to file the run under. Default: the variable MLFLOW_EXPERIMENT_NAME, or"
              + " Default.")
  Optional<String> experiment = Optional.empty();

  /** Makes sure that the server answers, if there is to be one. */
  Optional<TrackingServer> connect(Map<String, String> environment) {
    Optional<String> address = uri.or(() -> set(environment, "MLFLOW_TRACKING_URI"));
    String name = experiment.or(() -> set(environment, "MLFLOW_EXPERIMENT_NAME")).orElse("Default");
    return address.map(a -> TrackingService.named("mlflow").connect(a, name));
  }

  private static Optional<String> set(Map<String, String> environment, String variable) {
    return Optional.ofNullable(environment.get(variable)).filter(v -> !v.isBlank());
  }
}
