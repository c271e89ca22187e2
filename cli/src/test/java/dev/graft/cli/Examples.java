package dev.graft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What the folder of examples holds, for tests that work on a copy of it. */
final class Examples {
  private static final Path FOLDER = Path.of("..", "examples").toAbsolutePath().normalize();

  private Examples() {}

  /** Copies all of them, without what Maven built there. */
  static void copyAll(Path to) throws IOException {
    copy(FOLDER, to);
  }

  /** Copies one, without what Maven built there. */
  static void copy(String name, Path to) throws IOException {
    copy(FOLDER.resolve(name), to);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path inside = from.relativize(file);
        if (Stream.iterate(inside, p -> p != null, Path::getParent)
            .noneMatch(p -> p.endsWith("target"))) {
          Path target = to.resolve(inside.toString());
          Files.createDirectories(target.getParent());
          Files.copy(file, target);
        }
      }
    }
  }
}
