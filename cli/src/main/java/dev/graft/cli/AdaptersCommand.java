package dev.graft.cli;

import dev.graft.api.adapter.AdapterProvider;
import dev.graft.api.adapter.ParameterSpec;
import dev.graft.api.adapter.Site;
import dev.graft.api.adapter.SiteKind;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.models.CausalLm;
import dev.graft.models.ModelFolder;
import dev.graft.training.optim.Optimizers;
import dev.graft.training.plugins.Plugin;
import dev.graft.training.plugins.Plugins;
import dev.graft.training.recipe.PluginBlock;
import dev.graft.training.recipe.Recipe;
import dev.graft.training.recipe.RecipeFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code graft adapters}. */
@Command(
    name = "adapters",
    description = {
      "Says what an adapter trains on a model: where, how much, and in what memory; and which rank"
          + " trains about as much with every other method.",
      "Nothing is computed: no weights are read and no engine is started."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  graft adapters --shape 4096x4096",
      "  graft adapters --shape 4096x11008 --adapter '{type: lora, r: 16}'",
      "  graft adapters --model models/base",
      "  graft adapters --model models/base --adapter '{type: lora, target_modules: all-linear}'",
      "  graft adapters recipe.yaml --json"
    })
final class AdaptersCommand implements Callable<Integer> {
  private static final Pattern SHAPE = Pattern.compile("([1-9][0-9]{0,8})[xX×]([1-9][0-9]{0,8})");

  @Option(names = "--model", paramLabel = "DIR", description = "A model folder.")
  Optional<Path> model = Optional.empty();

  @Option(
      names = "--shape",
      paramLabel = "OUTxIN",
      description = "One linear weight instead of a model, as 4096x11008.")
  Optional<String> shape = Optional.empty();

  @Option(
      names = "--adapter",
      paramLabel = "BLOCK",
      description =
          "The adapter block as a recipe writes it, or a method's name. Default: every method as it"
              + " is by default, on all linear layers.")
  Optional<String> adapter = Optional.empty();

  @Parameters(
      arity = "0..1",
      paramLabel = "RECIPE",
      description = "A recipe, for its adapter, model and optimizer.")
  Optional<Path> recipe = Optional.empty();

  @Option(names = "--json", description = "Print JSON.")
  boolean json;

  private final Session session;

  AdaptersCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    checkUsage();
    Plugins plugins = session.plugins();
    Optional<Recipe> read = recipe.map(r -> RecipeFile.read(r, List.of()));
    Optional<PluginBlock> block =
        read.map(Recipe::adapter).or(() -> adapter.map(RecipeFile::block));
    block.ifPresent(AdaptersCommand::refuseFull);
    Optional<Site> weight = shape.map(AdaptersCommand::weight);
    Optional<CausalLm> lm =
        weight.isPresent()
            ? Optional.empty()
            : model
                .or(() -> read.map(r -> Path.of(r.baseModel())))
                .map(m -> ModelFolder.open(m).model());
    PluginBlock optimizer =
        read.map(Recipe::optimizer).orElseGet(() -> PluginBlock.fromConfig("adamw"));
    Function<Plugin<AdapterProvider<?>>, Function<Map<String, Object>, AdapterCost>> cost =
        plugin ->
            options -> {
              var made = AdapterCost.adapter(plugin, options);
              return weight.isPresent()
                  ? AdapterCost.onWeight(made, weight.get())
                  : AdapterCost.onModel(made, lm.orElseThrow().sites());
            };

    Optional<AdapterCost> chosen =
        block.map(b -> cost.apply(plugins.adapter(b.type())).apply(b.options()));
    Map<String, Object> wanted = new LinkedHashMap<>();
    block.ifPresentOrElse(
        b ->
            List.of(AdapterMethod.RANK, AdapterMethod.TARGETS, AdapterMethod.EXCLUDED)
                .forEach(k -> b.option(k).ifPresent(v -> wanted.put(k, v))),
        () -> wanted.put(AdapterMethod.TARGETS, "all-linear"));
    List<AdapterMethod> methods = new ArrayList<>();
    for (Plugin<AdapterProvider<?>> plugin : plugins.adapters()) {
      // The block's own method with all its options.
      Map<String, Object> options =
          block
              .filter(b -> b.type().equals(plugin.name()))
              .map(PluginBlock::options)
              .orElse(wanted);
      methods.add(
          AdapterMethod.of(
              plugin,
              options,
              cost.apply(plugin),
              chosen.map(AdapterCost::parameters).orElse(null)));
    }
    long weights =
        lm.map(m -> m.weights().stream().mapToLong(w -> w.shape().size()).sum())
            .orElseGet(() -> weight.map(w -> (long) w.in() * w.out()).orElse(0L));
    int slots = Optimizers.create(optimizer.type(), optimizer.options(), 0).slots().size();
    if (json) {
      session.out().println(Json.pretty(toMap(block, chosen, weights, optimizer, slots, methods)));
    } else {
      print(block, chosen, weights, optimizer, slots, methods);
    }
    return 0;
  }

  private void checkUsage() {
    if (adapter.isPresent() && recipe.isPresent()) {
      throw usage("either --adapter or a recipe", "both");
    }
    if (shape.isPresent() && model.isPresent()) {
      throw usage("either --model or --shape", "both");
    }
    if (shape.isEmpty() && model.isEmpty() && recipe.isEmpty()) {
      throw usage("--model, --shape or a recipe", "none of them");
    }
  }

  private static GraftException usage(String expected, String received) {
    return new GraftException(
        ErrorCode.USAGE,
        "expected " + expected + ", received " + received + ". Run 'graft adapters --help'");
  }

  private static void refuseFull(PluginBlock block) {
    if (block.type().equals(Recipe.FULL)) {
      throw new GraftException(
          ErrorCode.USAGE,
          "expected an adapter, received '"
              + Recipe.FULL
              + "', which trains all weights; 'graft doctor RECIPE' gives its memory");
    }
  }

  /** A linear site of the given shape. */
  private static Site weight(String text) {
    Matcher m = SHAPE.matcher(text.strip());
    if (!m.matches()) {
      throw usage("--shape as OUTxIN, for example 4096x11008", "'" + text + "'");
    }
    return new Site(
        "weight", SiteKind.LINEAR, Integer.parseInt(m.group(2)), Integer.parseInt(m.group(1)), -1);
  }

  private Map<String, Object> toMap(
      Optional<PluginBlock> block,
      Optional<AdapterCost> chosen,
      long weights,
      PluginBlock optimizer,
      int slots,
      List<AdapterMethod> methods) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("weights", weights);
    block.ifPresent(b -> out.put("adapter", b.toConfig()));
    chosen.ifPresent(
        c -> {
          out.put("parameters", c.parameters());
          out.put("share", Text.ratio(c.parameters(), weights));
          out.put("memory", memory(c, optimizer, slots));
          List<Map<String, Object>> sites = new ArrayList<>();
          c.sites().forEach((site, specs) -> sites.add(site(site, specs)));
          out.put("sites", sites);
        });
    out.put("methods", methods);
    return out;
  }

  private static Map<String, Object> memory(AdapterCost cost, PluginBlock optimizer, int slots) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("parameters", 4 * cost.parameters());
    out.put("gradients", 4 * cost.parameters());
    out.put("optimizer", optimizer.type());
    out.put("optimizer_state", 4L * slots * cost.parameters());
    out.put("constants", 4 * cost.constants());
    return out;
  }

  private static Map<String, Object> site(Site site, List<ParameterSpec> specs) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("name", site.name());
    out.put("out", site.out());
    out.put("in", site.in());
    out.put("parameters", AdapterCost.count(specs));
    Map<String, Object> tensors = new LinkedHashMap<>();
    specs.forEach(s -> tensors.put(s.name(), s.shape().toArray()));
    out.put("tensors", tensors);
    return out;
  }

  private void print(
      Optional<PluginBlock> block,
      Optional<AdapterCost> chosen,
      long weights,
      PluginBlock optimizer,
      int slots,
      List<AdapterMethod> methods) {
    if (block.isPresent() && chosen.isPresent()) {
      AdapterCost cost = chosen.get();
      printSites(cost);
      long n = cost.parameters();
      new Table(0)
          .row("adapter", block.get().type())
          .row("sites", Text.count(cost.sites().size()))
          .row(
              "parameters",
              Text.count(n)
                  + ", "
                  + Text.percent(Text.ratio(n, weights))
                  + " of "
                  + Text.count(weights)
                  + " weights")
          .row(
              "memory",
              Text.bytes(4 * n)
                  + " parameters, "
                  + Text.bytes(4 * n)
                  + " gradients, "
                  + Text.bytes(4 * n * slots)
                  + " state of "
                  + optimizer.type()
                  + (cost.constants() == 0
                      ? ""
                      : ", " + Text.bytes(4 * cost.constants()) + " constants"))
          .print(session.out());
      session.out().println();
    }
    Table table =
        chosen.isPresent()
            ? new Table(0).row("method", "r", "parameters", "same budget", "parameters")
            : shape.isPresent()
                ? new Table(0).row("method", "r", "parameters", "tensors")
                : new Table(0).row("method", "r", "parameters");
    List<String> refusals = new ArrayList<>();
    for (AdapterMethod m : methods) {
      List<String> cells = new ArrayList<>(List.of(m.method(), cell(m.r()), cell(m.parameters())));
      if (chosen.isPresent()) {
        cells.add(m.matchingR() == null ? "-" : "r " + m.matchingR());
        cells.add(cell(m.matchingParameters()));
      } else if (shape.isPresent()) {
        cells.add(m.tensors() == null ? "-" : m.tensors());
      }
      table.row(cells.toArray(String[]::new));
      if (m.refusal() != null) {
        refusals.add(m.method() + ": " + m.refusal());
      }
    }
    table.print(session.out());
    refusals.forEach(session.out()::println);
  }

  private static String cell(@Nullable Number n) {
    return n == null ? "-" : Text.count(n.longValue());
  }

  /** One row for all sites that are alike in module, shape and tensors. */
  private void printSites(AdapterCost cost) {
    record Kind(String module, int out, int in, String tensors, long count) {}
    Map<Kind, Integer> kinds = new LinkedHashMap<>();
    cost.sites()
        .forEach(
            (s, specs) ->
                kinds.merge(
                    new Kind(
                        s.module(),
                        s.out(),
                        s.in(),
                        AdapterCost.tensors(specs),
                        AdapterCost.count(specs)),
                    1,
                    Integer::sum));
    Table table = new Table(0).row("module", "weight", "sites", "each", "in all", "tensors");
    kinds.forEach(
        (k, n) ->
            table.row(
                k.module(),
                k.out() + " x " + k.in(),
                Text.count(n),
                Text.count(k.count()),
                Text.count(n * k.count()),
                k.tensors()));
    table.print(session.out());
    session.out().println();
  }
}
