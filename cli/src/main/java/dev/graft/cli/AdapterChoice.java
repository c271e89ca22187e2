package dev.graft.cli;

import dev.graft.training.model.AdapterSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One {@code --adapter} of a command: {@code DIR} or {@code NAME=DIR}, perhaps followed by
 * {@code @WEIGHT}. What is a folder as it stands is taken for one, whatever characters are in its
 * name.
 */
final class AdapterChoice {
  /** Of the option. */
  static final String DESCRIPTION =
      "An adapter folder, Graft's or PEFT's, to lay onto the model. Several may be given: their"
          + " changes of a weight are added, each times its WEIGHT (1). Default of NAME: the"
          + " folder's name.";

  private static final Pattern NAMED = Pattern.compile("([A-Za-z0-9_.-]+)=(.+)");
  private static final Pattern WEIGHTED =
      Pattern.compile("(.+)@([-+]?[0-9]*\\.?[0-9]+(?:[eE][-+]?[0-9]+)?)");

  private AdapterChoice() {}

  static AdapterSource parse(String text) {
    if (Files.isDirectory(Path.of(text))) {
      return AdapterSource.of(Path.of(text));
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
    AdapterSource source = AdapterSource.of(Path.of(folder));
    return new AdapterSource(name.isEmpty() ? source.name() : name, source.folder(), weight);
  }
}
