package dev.graft.cli;

import dev.graft.api.error.ErrorCode;
import dev.graft.api.error.GraftException;
import dev.graft.models.files.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The files of the studies that come with Graft: {@code studies/NAME.yaml}, other tiers below. */
final class StudyFiles {
  /** The tier whose files lie in the folder itself. */
  static final String EMBEDDED = "embedded";

  private static final String YAML = ".yaml";

  private StudyFiles() {}

  private static Path folder() {
    return Path.of(System.getProperty("graft.home", "")).resolve("studies");
  }

  private static Path folder(String tier) {
    return tier.equals(EMBEDDED) ? folder() : folder().resolve(tier);
  }

  /** The file of a study: a file as it stands, or one that comes with Graft. */
  static Path of(String name, String tier) {
    Path asFile = Path.of(name);
    if (name.endsWith(YAML)) {
      return asFile;
    }
    Path known = folder(tier).resolve(name + YAML);
    if (!Files.exists(known)) {
      throw new GraftException(
          ErrorCode.USAGE,
          "expected the name of a study, one of "
              + all(tier).stream().map(StudyFiles::name).toList()
              + ", or a YAML file, received '"
              + name
              + "' in the tier '"
              + tier
              + "'");
    }
    return known;
  }

  /** The studies of a tier, by name. */
  static List<Path> all(String tier) {
    Path folder = folder(tier);
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith(YAML)).sorted().toList();
    } catch (IOException e) {
      throw Reading.failure(folder, e);
    }
  }

  /** The tiers, the embedded one first. */
  static List<String> tiers() {
    if (!Files.isDirectory(folder())) {
      return List.of(EMBEDDED);
    }
    try (Stream<Path> files = Files.list(folder())) {
      return Stream.concat(
              Stream.of(EMBEDDED),
              files
                  .filter(Files::isDirectory)
                  .map(f -> String.valueOf(f.getFileName()))
                  .filter(t -> !all(t).isEmpty())
                  .sorted())
          .toList();
    } catch (IOException e) {
      throw Reading.failure(folder(), e);
    }
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName()).replace(YAML, "");
  }
}
