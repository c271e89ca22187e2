package dev.graft.cli;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.experiments.measure.ExactMatch;
import dev.graft.experiments.measure.Measure;
import dev.graft.models.ModelFolder;
import dev.graft.models.evaluation.Evaluator;
import dev.graft.models.evaluation.Share;
import dev.graft.models.tokenizer.Tokenizer;
import dev.graft.training.model.LoadedModel;
import dev.graft.training.plugins.Plugins;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code graft measure}. */
@Command(
    name = "measure",
    description =
        "Asks a model the held-out questions of a world that 'graft world' wrote, and counts exact"
            + " matches of greedy generation.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  graft measure --model examples/world/model --world world",
      "  graft measure --model models/base --adapter runs/a/adapter --world world --of maths"
    })
final class MeasureCommand implements Callable<Integer> {
  @Mixin ModelOptions options = new ModelOptions();

  @Option(
      names = "--world",
      required = true,
      paramLabel = "DIR",
      description = "A folder that 'graft world' wrote.")
  Path world = Path.of("");

  @Option(
      names = "--of",
      split = ",",
      paramLabel = "WHAT",
      description = "Of ${COMPLETION-CANDIDATES}; all when absent.")
  List<Measure> measures = List.of();

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "The most questions of each. Default: all.")
  int limit = Integer.MAX_VALUE;

  private final Session session;

  MeasureCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (limit < 1) {
      throw new GraftException(
          ErrorCode.USAGE, "expected at least 1 question, received " + limit + " for --limit");
    }
    List<Measure> wanted = measures.isEmpty() ? Arrays.asList(Measure.values()) : measures;
    wanted.forEach(m -> m.questions(world, 1)); // A missing file is told before an engine opens.
    Plugins plugins = session.plugins();
    ModelFolder folder = ModelFolder.open(options.model);
    try (Tokenizer tokenizer = folder.openTokenizer();
        LoadedModel loaded = LoadedModel.load(plugins, folder, options.settings());
        Evaluator evaluator = new Evaluator(loaded.placed(), loaded.backend(), loaded.compiler())) {
      Set<Integer> stopIds = folder.stopIds(tokenizer);
      ExactMatch match = new ExactMatch(evaluator, tokenizer, stopIds);
      for (Measure measure : wanted) {
        Share score = match.score(measure, measure.questions(world, limit));
        session
            .out()
            .println(
                String.format(
                    Locale.ROOT,
                    "%-10s %5.1f %%  (%d of %d)",
                    measure.name().toLowerCase(Locale.ROOT),
                    100 * score.value(),
                    score.part(),
                    score.whole()));
        session.out().flush();
      }
    }
    return 0;
  }
}
