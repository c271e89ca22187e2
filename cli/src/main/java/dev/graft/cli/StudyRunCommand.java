package dev.graft.cli;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.experiments.results.StudyInfo;
import dev.graft.experiments.results.StudyResults;
import dev.graft.experiments.study.StudyFile;
import dev.graft.experiments.study.StudyOptions;
import dev.graft.experiments.study.StudyRunner;
import dev.graft.training.run.StopOnShutdown;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code graft study run}. */
@Command(
    name = "run",
    description = {
      "Runs a study: trains and measures every combination of its levels with several seeds, and"
          + " writes a report.",
      "Runs that the folder holds already are not repeated. Ctrl-C ends the runs after their steps;"
          + " the same command goes on."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  graft study run masking --quick",
      "  graft study run memorize --engine both --seeds 5",
      "  graft study run learn-forget --full --out runs/studies/all",
      "  graft study run masking --tier smollm2 --var model=models/smollm2 --var data=data"
    })
final class StudyRunCommand implements Callable<Integer> {
  private static final String BOTH = "both";

  @Parameters(paramLabel = "STUDY", description = "Its name, or a YAML file.")
  String study = "";

  /** How much of the matrix runs. */
  static final class Size {
    @Option(names = "--quick", description = "The smallest part that shows something.")
    boolean quick;

    @Option(names = "--full", description = "The whole matrix: hours.")
    boolean full;

    @Option(
        names = "--agreement",
        description =
            "Short runs at a small learning rate on both engines, to see whether these compute the"
                + " same. No claim is judged by them.")
    boolean agreement;

    String scope() {
      return quick ? "quick" : full ? "full" : agreement ? StudyInfo.AGREEMENT : "default";
    }
  }

  @ArgGroup(exclusive = true)
  Size size = new Size();

  @Option(
      names = "--tier",
      paramLabel = "NAME",
      description = "Which models and data: embedded, or a folder of studies/. Default: embedded.")
  String tier = StudyFiles.EMBEDDED;

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      description =
          "The engine, or 'both' to run on two and compare them. Default: the study's first.")
  Optional<String> engine = Optional.empty();

  @Option(names = "--seeds", paramLabel = "N", description = "Seeds 1 to N instead of the scope's.")
  Optional<Integer> seeds = Optional.empty();

  @Option(
      names = "--jobs",
      paramLabel = "N",
      description =
          "Runs at once. Default: one per processor for small models, else 1. The peak of memory is"
              + " measured with 1 only.")
  Optional<Integer> jobs = Optional.empty();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "The study's folder. Default: runs/studies/STUDY.")
  Optional<Path> out = Optional.empty();

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Change the study's file, as recipe.sequence_len=128. May be given repeatedly.")
  List<String> set = List.of();

  @Option(
      names = "--var",
      paramLabel = "NAME=PATH",
      description = "Another place of a model or of data, as model=models/smollm2.")
  List<String> var = List.of();

  @Option(
      names = "--tune",
      description =
          "Sweeps the learning rates instead, with seeds of its own, and prints the best of every"
              + " combination. The study's file holds what such a sweep gave.")
  boolean tune;

  @Option(names = "--keep", description = "Keep every adapter and model that is trained.")
  boolean keep;

  @Spec CommandSpec spec;

  private final Session session;

  StudyRunCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    seeds.ifPresent(n -> atLeastOne("--seeds", n));
    jobs.ifPresent(n -> atLeastOne("--jobs", n));
    StudyFile file = StudyFile.read(StudyFiles.of(study, tier), set, var);
    StudyOptions options =
        new StudyOptions(
            out.orElseGet(() -> folder(file)),
            size.scope(),
            engines(file),
            seeds,
            jobs,
            keep,
            "graft " + String.join(" ", spec.commandLine().getParseResult().originalArgs()));
    StudyProgress progress = new StudyProgress(session);
    StudyRunner runner = new StudyRunner(session.plugins(), progress);
    return StopOnShutdown.around(runner::stop, () -> run(file, options, runner, progress));
  }

  @SuppressWarnings("try") // Interrupts does its work by being open.
  private int run(
      StudyFile file, StudyOptions options, StudyRunner runner, StudyProgress progress) {
    StudyResults results;
    try (progress;
        Interrupts interrupts = Interrupts.listen(() -> stop(runner, progress))) {
      results = tune ? runner.tune(file, options) : runner.run(file, options);
    } catch (GraftException e) {
      return Errors.stopped(session, e);
    }
    if (tune) {
      StudyRates.print(session, results, file.tunes().orElseThrow());
      return 0;
    }
    StudyReportCommand.print(session, options.out(), results);
    return 0;
  }

  private static void stop(StudyRunner runner, StudyProgress progress) {
    runner.stop();
    progress.line("stopping after these steps, with checkpoints; Ctrl-C again stops at once");
  }

  private Path folder(StudyFile file) {
    String prefix = tier.equals(StudyFiles.EMBEDDED) ? "" : tier + "-";
    String suffix = size.agreement ? "-agreement" : "";
    return Path.of("runs", "studies", prefix + file.name() + suffix);
  }

  private List<String> engines(StudyFile file) {
    String wanted = engine.orElse(size.agreement ? BOTH : file.engines().get(0));
    return wanted.equals(BOTH) ? file.engines() : List.of(wanted);
  }

  private static void atLeastOne(String option, int value) {
    if (value < 1) {
      throw new GraftException(
          ErrorCode.USAGE, "expected at least 1 for " + option + ", received " + value);
    }
  }
}
