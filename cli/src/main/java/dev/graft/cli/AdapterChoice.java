package dev.graft.cli;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.models.ModelFolder;
import dev.graft.models.NamedAdapters;
import dev.graft.models.SavedAdapter;
import dev.graft.training.plugins.Plugins;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One {@code --adapter} of a command: {@code DIR} or {@code NAME=DIR}, perhaps followed by
 * {@code @WEIGHT}. What is a folder as it stands is taken for one, whatever characters are in its
 * name.
 *
 * @param name by default the folder's
 */
record AdapterChoice(String name, Path folder, double weight) {
  /** Of the option. */
  static final String DESCRIPTION =
      "An adapter folder, Graft's or PEFT's, to lay onto the model. Several may be given: their"
          + " changes of a weight are added, each times its WEIGHT (1). Default of NAME: the"
          + " folder's name.";

  private static final Pattern NAMED = Pattern.compile("([A-Za-z0-9_.-]+)=(.+)");
  private static final Pattern WEIGHTED =
      Pattern.compile("(.+)@([-+]?[0-9]*\\.?[0-9]+(?:[eE][-+]?[0-9]+)?)");

  static AdapterChoice parse(String text) {
    if (Files.isDirectory(Path.of(text))) {
      return new AdapterChoice(lastName(text), Path.of(text), 1);
    }
    String folder = text;
    String name = "";
    double weight = 1;
    Matcher named = NAMED.matcher(folder);
    if (named.matches()) {
      name = named.group(1);
      folder = named.group(2);
    }
    Matcher weighted = WEIGHTED.matcher(folder);
    if (!Files.isDirectory(Path.of(folder)) && weighted.matches()) {
      folder = weighted.group(1);
      weight = Double.parseDouble(weighted.group(2));
    }
    return new AdapterChoice(name.isEmpty() ? lastName(folder) : name, Path.of(folder), weight);
  }

  private static String lastName(String folder) {
    Path last = Path.of(folder).toAbsolutePath().normalize().getFileName();
    return last == null ? "adapter" : last.toString();
  }

  /** Reads the folders and lays them onto a model together; nothing where none is given. */
  static Optional<SavedAdapter> bind(Plugins plugins, List<String> texts, ModelFolder base) {
    Map<String, SavedAdapter> adapters = new LinkedHashMap<>();
    Map<String, Double> weights = new LinkedHashMap<>();
    for (String text : texts) {
      AdapterChoice choice = parse(text);
      SavedAdapter saved = LoadedModel.adapter(plugins, choice.folder()).bind(base);
      if (texts.size() == 1 && choice.weight() == 1) {
        return Optional.of(saved);
      }
      if (adapters.put(choice.name(), saved) != null) {
        throw new GraftException(
            ErrorCode.USAGE,
            "expected another name for every adapter, received '"
                + choice.name()
                + "' twice; give names as --adapter NAME=DIR");
      }
      weights.put(choice.name(), choice.weight());
    }
    return adapters.isEmpty()
        ? Optional.empty()
        : Optional.of(NamedAdapters.of(base.model(), adapters).weighted(weights));
  }
}
