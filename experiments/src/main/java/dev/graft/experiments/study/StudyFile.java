package dev.graft.experiments.study;

import dev.graft.api.config.ConfigBinder;
import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.training.recipe.Overrides;
import dev.graft.training.recipe.YamlFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A study as its file and the command line describe it. */
public final class StudyFile {
  private final Path path;
  private final StudySpec spec;

  private StudyFile(Path path, StudySpec spec) {
    this.path = path;
    this.spec = spec;
  }

  /**
   * Reads a study.
   *
   * @param sets {@code key=value} each, changes of the file with dotted keys, as {@code
   *     recipe.sequence_len=128}
   * @param vars {@code name=value} each, other values of its variables
   * @throws GraftException {@code file.missing}, {@code file.read}, {@code file.malformed}, {@code
   *     usage} and what is wrong with the file
   */
  public static StudyFile read(Path file, List<String> sets, List<String> vars) {
    Map<String, Object> map = Overrides.modifiable(YamlFile.read(file, "study", "study: masking"));
    sets.forEach(s -> Overrides.apply(map, s));
    StudySpec spec = ConfigBinder.bind(map, StudySpec.class, "");
    Map<String, String> values = new LinkedHashMap<>(spec.vars());
    for (String v : vars) {
      int equals = v.indexOf('=');
      if (equals < 1 || !values.containsKey(v.substring(0, equals))) {
        throw new GraftException(
            ErrorCode.USAGE,
            "expected --var name=value with one of the names "
                + values.keySet()
                + " of the study "
                + file
                + ", received '"
                + v
                + "'");
      }
      // A path on the command line starts at the working directory.
      String text = v.substring(equals + 1);
      values.put(v.substring(0, equals), Path.of(text).toAbsolutePath().normalize().toString());
    }
    map.put("vars", values);
    return new StudyFile(file, ConfigBinder.bind(map, StudySpec.class, ""));
  }

  StudySpec spec() {
    return spec;
  }

  /** The file. */
  public Path path() {
    return path;
  }

  /** Its name, such as {@code masking}. */
  public String name() {
    return spec.study();
  }

  /** One line on it. */
  public String title() {
    return spec.title();
  }

  /** The scopes it can run in. */
  public List<String> scopes() {
    return List.copyOf(spec.scopes().keySet());
  }

  /** The engines that "both" means. */
  public List<String> engines() {
    return List.of(spec.engines().split(",", -1));
  }

  /** The measure that its sweep of learning rates selects by; empty without a sweep. */
  public Optional<String> tunes() {
    return spec.tune().map(Tune::select);
  }

  /** Where its relative paths start. */
  Path folder() {
    Path parent = path.toAbsolutePath().normalize().getParent();
    return parent == null ? Path.of("").toAbsolutePath() : parent;
  }

  Scope scope(String name) {
    Scope scope = spec.scopes().get(name);
    if (scope == null) {
      throw new GraftException(
          ErrorCode.USAGE,
          "expected a scope of the study '"
              + spec.study()
              + "', one of "
              + scopes()
              + ", received '"
              + name
              + "'");
    }
    return scope;
  }
}
