package dev.graft.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.graft.api.backend.BackendProvider;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.training.plugins.BrokenPlugin;
import dev.graft.training.plugins.Plugin;
import dev.graft.training.plugins.Plugins;
import dev.graft.training.recipe.Recipe;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code graft doctor}. */
@Command(
    name = "doctor",
    description = {
      "Examines this machine and the engines; with a recipe also what training would take.",
      "With a recipe only its own engine is opened."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  graft doctor",
      "  graft doctor --json",
      "  graft doctor examples/tiny/recipe.yaml --set sequence_len=256"
    })
final class DoctorCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "RECIPE",
      description = "A recipe: its token counts, memory and time are predicted.")
  Optional<Path> recipe = Optional.empty();

  @Mixin RecipeOptions options = new RecipeOptions();

  @Option(names = "--json", description = "Print JSON.")
  boolean json;

  @Option(names = "--no-measure", description = "Leave the speed of the engines unmeasured.")
  boolean noMeasure;

  private final Session session;

  DoctorCommand(Session session) {
    this.session = session;
  }

  /** The whole report. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Report(
      Machine machine,
      List<EngineReport> engines,
      @Nullable RecipeForecast recipe,
      List<String> warnings) {}

  @Override
  public Integer call() {
    if (recipe.isEmpty() && !(options.set.isEmpty() && options.engine.isEmpty())) {
      throw new GraftException(
          ErrorCode.USAGE,
          "expected a recipe together with --set or --engine, received none; give a recipe");
    }
    Optional<Recipe> read = recipe.map(options::read);
    List<String> warnings = new ArrayList<>();
    Machine machine = Machine.here(warnings);
    Plugins plugins = session.discovered();
    for (BrokenPlugin b : plugins.broken()) {
      warnings.add(b.sentence());
    }
    Table table = new Table(2);
    Optional<RecipeForecast> forecast =
        read.map(r -> RecipeForecast.of(plugins, r, !noMeasure, table));
    List<EngineReport> engines = new ArrayList<>();
    if (read.isEmpty()) {
      for (Plugin<BackendProvider<?>> p : plugins.backends()) {
        session.note("examining " + p.name() + "…");
        engines.add(EngineReport.of(p, !noMeasure));
      }
    }
    if (json) {
      session
          .out()
          .println(Json.pretty(new Report(machine, engines, forecast.orElse(null), warnings)));
    } else {
      print(
          machine, engines, forecast.isPresent() ? Optional.of(table) : Optional.empty(), warnings);
    }
    return 0;
  }

  private void print(
      Machine machine,
      List<EngineReport> engines,
      Optional<Table> forecast,
      List<String> warnings) {
    PrintWriter out = session.out();
    machine.table().print(out);
    for (EngineReport e : engines) {
      out.println();
      out.println("engine " + e.name());
      e.table().print(out);
    }
    forecast.ifPresent(
        t -> {
          out.println();
          out.println("recipe " + recipe.map(Text::path).orElse(""));
          t.print(out);
        });
    for (String w : warnings) {
      out.println();
      out.println("warning: " + w);
    }
  }
}
