package dev.graft.cli;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.models.files.AtomicFile;
import dev.graft.training.recipe.Recipe;
import dev.graft.training.run.Preview;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code graft preview}. */
@Command(
    name = "preview",
    description = {
      "Shows what a recipe trains on: its first rows token by token, which of them carry loss, and"
          + " counts over all rows. No engine opens and no weights are read.",
      "Where training would refuse the data, the rows are shown all the same; then follows what"
          + " training says, with its exit status."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  graft preview examples/tiny/recipe.yaml",
      "  graft preview recipe.yaml --mask response-only --mask '{type: last-turn, eot: none}'",
      "  graft preview recipe.yaml --mask '[boilerplate, last-turn]' --rows 10 --html preview.html",
      "  graft preview recipe.yaml --rows 0 --set sequence_len=1024",
      "  graft preview recipe.yaml --json"
    })
final class PreviewCommand implements Callable<Integer> {
  @Parameters(paramLabel = "RECIPE", description = "The recipe, a YAML file.")
  Path recipe = Path.of("");

  @Option(
      names = "--rows",
      paramLabel = "N",
      description = "How many rows are shown, from the first. Default: ${DEFAULT-VALUE}.")
  int rows = 3;

  @Option(
      names = "--mask",
      paramLabel = "MASK",
      description =
          "Another mask than the recipe's, as the recipe would write it: a type, {type: …} or a"
              + " list. Given several times, all are shown beside each other.")
  List<String> masks = List.of();

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write the rows to a page that needs no other file, and print the counts only.")
  Optional<Path> html = Optional.empty();

  @Option(
      names = "--tokens",
      paramLabel = "N",
      description =
          "Show the beginning and the end of rows with more tokens than this. Default:"
              + " ${DEFAULT-VALUE}. JSON has all.")
  int tokens = 2000;

  @Option(
      names = "--color",
      paramLabel = "WHEN",
      description =
          "auto, always or never. Default: auto, which is on a terminal without NO_COLOR. Without"
              + " colours, marks stand beneath the text.")
  Color color = Color.AUTO;

  @Mixin RecipeOptions options = new RecipeOptions();

  @Option(names = "--json", description = "Print rows and counts as JSON.")
  boolean json;

  @Spec CommandSpec spec;

  private final Session session;

  PreviewCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    atLeast("--rows", rows, 0);
    atLeast("--tokens", tokens, 2);
    List<Recipe> recipes = new ArrayList<>();
    if (masks.isEmpty()) {
      recipes.add(options.read(recipe));
    }
    masks.forEach(m -> recipes.add(options.read(recipe, List.of("masking=" + m))));
    try (Preview preview = new Preview(session.plugins(), Path.of(recipes.get(0).baseModel()))) {
      List<MaskedData> data = new ArrayList<>();
      try (PreviewProgress progress = new PreviewProgress(session)) {
        recipes.forEach(r -> data.add(masked(preview, r, progress)));
      }
      PreviewResult result = new PreviewResult(recipe, data, preview::text, tokens);
      html.ifPresent(file -> AtomicFile.writeString(file, new PreviewPage(result).toString()));
      print(result);
      return result.refusal().map(this::refuse).orElse(0);
    }
  }

  private static void atLeast(String option, int received, int least) {
    if (received < least) {
      throw new GraftException(
          ErrorCode.USAGE,
          "expected " + option + " of at least " + least + ", received " + received);
    }
  }

  /** What was refused before there was a row to show is thrown. */
  private MaskedData masked(Preview preview, Recipe recipe, PreviewProgress progress) {
    MaskedData data = new MaskedData(recipe, rows, progress::row);
    try {
      data.accepted(preview.prepare(recipe, data));
    } catch (GraftException e) {
      if (data.lengths().size() == 0) {
        throw e;
      }
      data.refused(e);
    }
    return data;
  }

  private void print(PreviewResult result) {
    if (json) {
      session.out().println(Json.line(PreviewJson.of(result)));
    } else {
      PreviewText text = new PreviewText(result, color.on(), session.out());
      if (html.isEmpty()) {
        text.rows();
      }
      text.totals();
      html.ifPresent(file -> session.out().println("\npage  " + Text.path(file)));
    }
    session.out().flush();
  }

  private int refuse(GraftException e) {
    boolean stacktrace =
        spec.root().commandLine().getParseResult().hasMatchedOption(GraftCommand.STACKTRACE);
    Errors.print(session.err(), e, stacktrace);
    return e.code().exitStatus();
  }
}
