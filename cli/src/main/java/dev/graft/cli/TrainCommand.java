package dev.graft.cli;

import dev.graft.api.error.GraftException;
import dev.graft.training.data.DatasetType;
import dev.graft.training.recipe.DatasetEntry;
import dev.graft.training.recipe.Recipe;
import dev.graft.training.run.ExistingRun;
import dev.graft.training.run.Probe;
import dev.graft.training.run.RunSummary;
import dev.graft.training.run.StopOnShutdown;
import dev.graft.training.run.Trainer;
import dev.graft.training.tracking.TrackingServer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code graft train}. */
@Command(
    name = "train",
    description = {
      "Trains as a recipe says, or goes on with a run that was interrupted.",
      "Ctrl-C ends a run after its step with a checkpoint; the same command resumes it. A second"
          + " Ctrl-C ends it at once; it then resumes from the checkpoint before."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  graft train examples/tiny/recipe.yaml",
      "  graft train recipe.yaml --set adapter.r=16 --set learning_rate=1e-4",
      "  graft train recipe.yaml --engine reference --set output_dir=runs/check",
      "  graft train recipe.yaml --restart",
      "  graft train recipe.yaml --mlflow http://localhost:5000 --mlflow-experiment adapters"
    })
final class TrainCommand implements Callable<Integer> {
  @Parameters(paramLabel = "RECIPE", description = "The recipe, a YAML file.")
  Path recipe = Path.of("");

  @Mixin RecipeOptions options = new RecipeOptions();

  @Mixin MlflowOptions mlflow = new MlflowOptions();

  @Option(
      names = "--restart",
      description = "Discard the run that output_dir holds and start again.")
  boolean restart;

  @Option(names = "--json", description = "Print the result as JSON.")
  boolean json;

  private final Session session;

  TrainCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Recipe read = options.read(recipe);
    List<TrackingServer> servers = mlflow.connect(System.getenv()).stream().toList();
    Trainer trainer = session.injector().getInstance(Trainer.class);
    return StopOnShutdown.around(trainer::stop, () -> train(trainer, read, servers));
  }

  @SuppressWarnings("try") // Interrupts does its work by being open.
  private int train(Trainer trainer, Recipe read, List<TrackingServer> servers) {
    RunSummary summary;
    try (TrainingReport report = new TrainingReport(session);
        Interrupts interrupts = Interrupts.listen(() -> stop(trainer, report))) {
      ExistingRun existing = restart ? ExistingRun.RESTART : ExistingRun.RESUME;
      summary = trainer.train(read, existing, report, Probe.NONE, servers);
    } catch (GraftException e) {
      return Errors.stopped(session, e);
    }
    if (json) {
      session.out().println(Json.line(toMap(summary)));
    } else {
      print(read, summary);
    }
    session.out().flush();
    return 0;
  }

  private static void stop(Trainer trainer, TrainingReport report) {
    trainer.stop();
    report.line("stopping after this step, with a checkpoint; Ctrl-C again stops at once");
  }

  private static Map<String, Object> toMap(RunSummary s) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("folder", s.folder().toString());
    out.put("result", s.result().toString());
    out.put("steps", s.steps());
    out.put("tokens", s.tokens());
    out.put("trained_tokens", s.trainedTokens());
    out.put("loss", s.loss());
    s.firstEvalLoss().ifPresent(v -> out.put("first_eval_loss", v));
    s.bestEvalLoss().ifPresent(v -> out.put("best_eval_loss", v));
    s.lastEvalLoss().ifPresent(v -> out.put("last_eval_loss", v));
    return out;
  }

  private void print(Recipe read, RunSummary s) {
    Table table = new Table(0);
    table.row(
        "trained",
        Text.count(s.steps())
            + " steps, "
            + Text.count(s.tokens())
            + " tokens, "
            + Text.count(s.trainedTokens())
            + " of them with loss");
    table.row("last loss", number(s.loss()));
    Optional<Double> after = s.lastEvalLoss();
    s.firstEvalLoss()
        .ifPresent(
            before ->
                table.row(
                    "held-out loss",
                    number(before)
                        + " before, "
                        + after.map(TrainCommand::number).orElse("?")
                        + " after (perplexity "
                        + number(Math.exp(before))
                        + ", "
                        + after.map(a -> number(Math.exp(a))).orElse("?")
                        + ")"));
    boolean whole = read.endsWithModel();
    table.row(whole ? "model" : "adapter", Text.path(s.result()));
    table.print(session.out());
    String model = Text.shell(whole ? s.result() : Path.of(read.baseModel()));
    String adapter = whole ? "" : " --adapter " + Text.shell(s.result());
    DatasetEntry first = read.datasets().get(0);
    boolean alpaca = first.type() == DatasetType.ALPACA && !first.isChat();
    session.out().println();
    session.out().println(whole ? "Try it:" : "Try it, or make it part of the model:");
    session
        .out()
        .println(
            "  "
                + Text.command()
                + " generate --model "
                + model
                + adapter
                + (alpaca ? " --template alpaca \"…\"" : " \"…\""));
    if (!whole) {
      Path merged = s.folder().resolve("merged");
      session
          .out()
          .println(
              "  "
                  + Text.command()
                  + " merge --model "
                  + model
                  + adapter
                  + " --out "
                  + Text.shell(merged));
    }
  }

  private static String number(double x) {
    return String.format(Locale.ROOT, "%.4f", x);
  }
}
