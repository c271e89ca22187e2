package dev.graft.cli;

import dev.graft.api.backend.Backend;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.training.model.Engines;
import dev.graft.training.plugins.Plugins;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** Which engine computes, for the commands that read no recipe. */
final class EngineOptions {
  private static final String BACKEND = "backend.";

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      description =
          "The engine; 'graft plugins' lists them. Short for --set backend.type=NAME. Default: "
              + Engines.DEFAULT
              + ".")
  String engine = Engines.DEFAULT;

  @Option(
      names = "--set",
      paramLabel = "backend.KEY=VALUE",
      description = "A parameter of the engine, for example backend.threads=2.")
  List<String> set = List.of();

  /** The name of the engine that is asked for. */
  String name() {
    return String.valueOf(block().get("type"));
  }

  /** What it is opened with. */
  Map<String, Object> options() {
    Map<String, Object> options = block();
    options.remove("type");
    return options;
  }

  /** Opens it; the caller closes it. */
  Backend open(Plugins plugins) {
    return Engines.open(plugins.backend(name()), options());
  }

  /** The engine's block of a recipe. */
  private Map<String, Object> block() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("type", engine);
    for (String s : set) {
      int equals = s.indexOf('=');
      if (!s.startsWith(BACKEND) || equals <= BACKEND.length()) {
        throw new GraftException(
            ErrorCode.USAGE,
            "expected backend.KEY=VALUE for --set, as backend.threads=2, received '" + s + "'");
      }
      String key = s.substring(BACKEND.length(), equals);
      if (key.equals("dtype")) {
        throw new GraftException(
            ErrorCode.USAGE,
            "expected --dtype for the dtype, received '" + s + "' for --set; use --dtype");
      }
      out.put(key, s.substring(equals + 1));
    }
    return out;
  }
}
