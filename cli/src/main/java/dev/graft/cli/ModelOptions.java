package dev.graft.cli;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.training.recipe.Precision;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which model runs where; shared by the commands that run one without a recipe. */
final class ModelOptions {
  private static final String BACKEND = "backend.";

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR",
      description = "A model folder: config.json, safetensors and, for text, tokenizer.json.")
  Path model = Path.of("");

  @Option(
      names = "--adapter",
      paramLabel = "DIR",
      description = "An adapter folder, Graft's or PEFT's, to lay onto the model.")
  Optional<Path> adapter = Optional.empty();

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      description = "The engine; 'graft plugins' lists them. Default: " + Engines.DEFAULT + ".")
  String engine = Engines.DEFAULT;

  @Option(
      names = "--dtype",
      paramLabel = "DTYPE",
      description = "What to compute in: fp32 or bf16. Default: fp32.")
  Precision dtype = Precision.FP32;

  @Option(
      names = "--set",
      paramLabel = "backend.KEY=VALUE",
      description = "A parameter of the engine, for example backend.threads=2.")
  List<String> set = List.of();

  /** The engine's block of a recipe, without {@code type}. */
  Map<String, Object> engineOptions() {
    Map<String, Object> out = new LinkedHashMap<>();
    for (String s : set) {
      int equals = s.indexOf('=');
      if (!s.startsWith(BACKEND) || equals <= BACKEND.length()) {
        throw new GraftException(
            ErrorCode.USAGE,
            "expected backend.KEY=VALUE for --set, as backend.threads=2, received '" + s + "'");
      }
      out.put(s.substring(BACKEND.length(), equals), s.substring(equals + 1));
    }
    return out;
  }
}
