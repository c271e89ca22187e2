package dev.graft.cli;

import dev.graft.training.model.ModelSettings;
import dev.graft.training.recipe.Precision;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model runs where; shared by the commands that run one without a recipe. */
final class ModelOptions {
  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "A model folder: config.json, safetensors and, for text, tokenizer.json.")
  Path model = Path.of("");

  @Option(
      names = "--adapter",
      paramLabel = "[NAME=]DIR[@WEIGHT]",
      description = AdapterChoice.DESCRIPTION)
  List<String> adapters = List.of();

  @Mixin EngineOptions engine = new EngineOptions();

  @Option(
      names = "--dtype",
      paramLabel = "DTYPE",
      description = "What to compute in: fp32 or bf16. Default: fp32.")
  Precision dtype = Precision.FP32;

  /** The same for the library. */
  ModelSettings settings() {
    return new ModelSettings(
        engine.name(),
        engine.options(),
        dtype,
        adapters.stream().map(AdapterChoice::parse).toList());
  }
}
