package dev.graft.cli;

import dev.graft.api.backend.Backend;
import dev.graft.api.tensor.DType;
import dev.graft.graph.Expansion;
import dev.graft.models.GraphCompiler;
import dev.graft.models.Merge;
import dev.graft.models.ModelFolder;
import dev.graft.models.SavedAdapter;
import dev.graft.training.model.AdapterSource;
import dev.graft.training.plugins.Plugins;
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

/** {@code graft merge}. */
@Command(
    name = "merge",
    description = {
      "Writes a model folder in which an adapter has become part of the weights.",
      "Changed weights are computed in fp32 and rounded once to the dtype that is written. For fp16"
          + " and bf16 the model is merged a second time, in fp32, to tell what rounding cost."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  graft merge --model models/base --adapter runs/a/adapter --out models/merged",
      "  graft merge --model models/base --adapter runs/a/adapter --out models/half --dtype bf16",
      "  graft merge --model models/base --adapter a=runs/a/adapter --adapter b=runs/b/adapter@0.5"
          + " --out models/both"
    })
final class MergeCommand implements Callable<Integer> {
  @Option(names = "--model", required = true, paramLabel = "DIR", description = "The base model.")
  Path model = Path.of("");

  @Option(
      names = "--adapter",
      required = true,
      paramLabel = "[NAME=]DIR[@WEIGHT]",
      description = AdapterChoice.DESCRIPTION)
  List<String> adapters = List.of();

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "The new folder.")
  Path out = Path.of("");

  @Option(
      names = "--dtype",
      paramLabel = "DTYPE",
      description = "What weights are stored in: fp32, fp16 or bf16. Default: fp32.")
  StoredDType dtype = StoredDType.FP32;

  @Mixin EngineOptions engine = new EngineOptions();

  @Option(names = "--json", description = "Print JSON.")
  boolean json;

  private final Session session;

  MergeCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    Plugins plugins = session.plugins();
    ModelFolder base = ModelFolder.open(model);
    SavedAdapter saved =
        AdapterSource.bind(plugins, adapters.stream().map(AdapterChoice::parse).toList(), base)
            .orElseThrow();
    try (Backend backend = engine.open(plugins)) {
      GraphCompiler compiler = g -> Expansion.compile(backend, g);
      Merge.Report report = Merge.write(base, saved, out, dtype.dtype(), compiler);
      Optional<WeightDrift> drift =
          dtype.dtype() == DType.F32
              ? Optional.empty()
              : Optional.of(WeightDrift.measure(base, saved, out, compiler));
      print(report, drift);
    }
    return 0;
  }

  private void print(Merge.Report report, Optional<WeightDrift> drift) {
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("out", out.toString());
      result.put("dtype", dtype.toString());
      result.put("merged_weights", report.mergedSites());
      result.put("untied", report.untied());
      drift.ifPresent(d -> result.put("drift", d));
      session.out().println(Json.line(result));
      return;
    }
    session
        .out()
        .println(
            (adapters.size() == 1 ? "merged the adapter into " : "merged the adapters into ")
                + Text.count(report.mergedSites())
                + " weights and wrote '"
                + out
                + "' in "
                + dtype);
    drift.ifPresent(
        d ->
            session
                .out()
                .println(
                    String.format(
                        Locale.ROOT,
                        "largest drift from fp32: %.2e of the weight's largest value, in %s",
                        d.relative(),
                        d.weight())));
  }
}
